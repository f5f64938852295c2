import { isDeepStrictEqual } from 'node:util';

import { mayReach } from '../../../shared/access/index.ts';
import type { ApiKey } from '../../../shared/access/index.ts';
import type { Cos, Place } from '../../../shared/cos/index.ts';
import { checkDestinations, mergeStarts, parseRules } from '../../../shared/rules/index.ts';
import type { Listed, Rule, RuleDocument, RuleSet, RuleStore } from '../../../shared/rules/index.ts';
import type { Caution, HttpRequest, HttpResponse } from '../../../shared/scf/index.ts';
import { XML_TYPE } from '../response/response.ts';
import { readContent } from '../request/body.ts';
import { checkCondition, readCondition } from '../request/condition.ts';
import type { Condition } from '../request/condition.ts';
import { accessDenied, refuse } from '../response/errors.ts';
import { checkVersioning } from './versioning.ts';

export interface ReplicationOptions {
  readonly cos: Cos;
  readonly rules: RuleStore;
  readonly listed: Listed;
  readonly cautious?: readonly Caution[];
  readonly withoutAcl?: boolean;
}

/** The key that signed a change; without one, every listed destination may be named. */
interface Sender {
  readonly sender?: Pick<ApiKey, 'destinations'>;
}

interface Reading {
  readonly listed: Listed;
  readonly cautious?: readonly Caution[] | undefined;
  readonly withoutAcl?: boolean | undefined;
  readonly sender?: Sender['sender'] | undefined;
}

/**
 * PUT Bucket replication: replaces the whole configuration; with a condition, only if it is met. Rules to destinations
 * that the key may not name have to stay as they are.
 */
export async function putReplication(
  request: HttpRequest,
  source: Place,
  { cos, rules, sender = ANYBODY, ...reading }: ReplicationOptions & Sender,
): Promise<HttpResponse> {
  const document = readRules(request, source, reading);
  const condition = readCondition(request);
  const named = document.rules.map(({ destination }) => destination);
  const destinations = named.filter(({ bucket }) => mayReach(sender, bucket));
  const update = async () => {
    const { previous, etag, date } = await rules.getForUpdate(source);
    if (condition !== undefined) checkCondition(condition, etag);
    const merged = mergeStarts(previous, document.rules, date);
    keepOthers(sender, previous, merged);
    await rules.put({ source, role: document.role, rules: merged, xml: document.xml, created: date });
  };
  await checkVersioning(cos, source, destinations);
  // The last write wins. It waits for its turn after a conditional write, which would otherwise replace it unseen.
  await rules.inTurn(source, update, condition === undefined ? 'patient' : undefined);
  return { status: 200, headers: { 'Content-Type': XML_TYPE } };
}

/** A key without destinations may name all of them. */
const ANYBODY: NonNullable<Sender['sender']> = { destinations: [] };

const refuseDestination = (bucket: string): Error =>
  accessDenied(
    `This API key may not replicate to ${bucket}, nor change the rules that do: send those as they are, or use a key whose destinations hold it (npx serverless replication key add --destinations ${bucket}).`,
  );

/**
 * Throws `ServiceError` `AccessDenied` (403) unless the rules to destinations that a key may not name stay as they
 * were.
 */
function keepOthers(sender: NonNullable<Sender['sender']>, previous: RuleSet | undefined, next: readonly Rule[]): void {
  const others = (rules: readonly Rule[] = []): ReadonlyMap<string, Rule> =>
    new Map(rules.filter(({ destination }) => !mayReach(sender, destination.bucket)).map((rule) => [rule.id, rule]));
  const [before, after] = [others(previous?.rules), others(next)];
  for (const [id, rule] of [...before, ...after]) {
    // A missing element is sometimes present as undefined.
    const [was, is] = [before, after].map((rules) => JSON.parse(JSON.stringify(rules.get(id) ?? null)) as unknown);
    if (!isDeepStrictEqual(was, is)) throw refuseDestination(rule.destination.bucket);
  }
}

/**
 * The configuration in the body of a request, checked as far as possible without COS. Throws `XmlError` and
 * `ServiceError`: those of `parseRules` and `checkDestinations`, `AccessDenied` (403) for a destination that the sender
 * may not name, and `InvalidArgument` (400) for `ReplicaAcl` where the functions have no rights on ACLs.
 */
export function readRules(
  request: HttpRequest,
  source: Place,
  { listed, cautious, withoutAcl, sender = ANYBODY }: Reading,
): RuleDocument {
  const overlap = cautious?.includes('overlap') ? 'whole-document' : 'per-destination';
  const document = parseRules(readContent(request), overlap);
  checkDestinations(document, source, listed);
  const forbidden = document.rules.find(({ destination }) => !mayReach(sender, destination.bucket));
  if (forbidden !== undefined) throw refuseDestination(forbidden.destination.bucket);
  const sharing = withoutAcl === true ? document.rules.find(({ replicaAcl }) => replicaAcl) : undefined;
  if (sharing !== undefined) {
    throw refuse(
      400,
      'InvalidArgument',
      `The rule ${sharing.id} has ReplicaAcl, and this deployment has no rights on ACLs: take acl: false out of serverless.yml and deploy again, or take ReplicaAcl out of the rule.`,
    );
  }
  return document;
}

/** GET Bucket replication: the configuration as it was sent. */
export async function getReplication(source: Place, { rules }: ReplicationOptions): Promise<HttpResponse> {
  // Read anew, because another instance may have answered the PUT.
  const document = await rules.getDocument(source);
  if (document === undefined) {
    // The small n differs from the documentation: the Node and JavaScript SDKs recognise only this spelling.
    throw refuse(404, 'ReplicationConfigurationnotFoundError', 'The replication configuration was not found.');
  }
  return {
    status: 200,
    headers: {
      'Content-Type': XML_TYPE,
      ETag: document.etag,
      'x-cos-replication-rule-creation-time': new Date(document.created).toUTCString(),
    },
    body: document.xml,
  };
}

/**
 * DELETE Bucket replication: removes all rules, if there are any; with a condition, only if it is met, and only if the
 * key may name all of their destinations. Replicas stay.
 */
export async function deleteReplication(
  source: Place,
  { rules, sender = ANYBODY }: ReplicationOptions & Sender,
  condition?: Condition,
): Promise<HttpResponse> {
  const remove = async (): Promise<void> => {
    if (condition !== undefined) checkCondition(condition, (await rules.getDocument(source))?.etag);
    // Only a key that may name all destinations can remove damaged rules.
    if (sender.destinations.length > 0) keepOthers(sender, await rules.getFresh(source), []);
    await rules.remove(source);
  };
  await rules.inTurn(source, remove, condition === undefined ? 'patient' : undefined);
  return { status: 204, headers: {} };
}
