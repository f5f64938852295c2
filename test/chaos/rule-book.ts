import { putReplication, deleteReplication } from '../../functions/api/verbs/replication.ts';
import { formatPlace, type Cos, type Place } from '../../shared/cos/index.ts';
import { createRuleStore, type Rule, type RuleStore } from '../../shared/rules/index.ts';
import { pairsOf, type Pair } from '../../shared/scan/index.ts';
import type { HttpRequest } from '../../shared/scf/index.ts';
import type { Deed } from './deeds.ts';
import type { Deployment, Link } from './topology.ts';
import { TAG } from './users/hand.ts';

/** The content of the rules of one source, before they become a document. */
interface Wish {
  readonly stored: boolean;
  readonly enabled: boolean;
  readonly narrow: boolean;
  readonly deleteMarkers: boolean;
  readonly tagged: boolean;
  readonly replicaAcl: boolean;
  readonly kms: boolean;
  readonly links: readonly Link[];
}

/** The rules of a world before anybody changes them. */
export interface FirstRules {
  /** A tag filter. */
  readonly tagged: boolean;
  /** Only the first link of a source has a rule. */
  readonly later: boolean;
  readonly replicaAcl?: boolean | undefined;
  /** Objects under a KMS key are selected. */
  readonly kms?: boolean | undefined;
}

/** The rules in force from a moment on, as they were stored. */
interface Entry {
  /** ms since 1970. */
  readonly from: number;
  readonly rules: readonly Rule[];
}

/** A version or delete marker of a source, as far as scope is concerned. */
export interface Written {
  readonly key: string;
  readonly deleteMarker: boolean;
  readonly tags: readonly (readonly [string, string])[];
  /** ms since 1970. */
  readonly time: number;
}

/** ms for which a run that has read the rules before a change may look at the source: one request gets no answer. */
const RACE_MS = 30_000;

/**
 * The rules of one source, changed through the API's own functions, and as they were at every moment.
 *
 * Two sentences judge scope. *Due*: a version must be replicated if the rules in force at the end cover it, whatever
 * was in force in between. So a write while a rule was disabled is due once the rule is enabled. A write from before a
 * rule was added again is not, because that rule has a new start. *Allowed*: a version must not be replicated unless a
 * rule covered it that was in force after its write (or shortly before, which is a race). Between the two, both are
 * right.
 */
export class RuleBook {
  readonly #deployment: Deployment;
  readonly #cos: Cos;
  readonly #now: () => number;
  readonly #rules: RuleStore;
  readonly #history: Entry[] = [];
  #wish: Wish;

  constructor(deployment: Deployment, cos: Cos, now: () => number, first: FirstRules) {
    this.#deployment = deployment;
    this.#cos = cos;
    this.#now = now;
    this.#rules = createRuleStore({ cos, state: deployment.state, now });
    const { tagged, later, replicaAcl = false, kms = false } = first;
    const links = later ? deployment.links.slice(0, 1) : deployment.links;
    const filters = { narrow: false, deleteMarkers: true, tagged };
    this.#wish = { stored: true, enabled: true, ...filters, replicaAcl, kms, links };
  }

  get source(): Place {
    return this.#deployment.source;
  }

  /** Rules are stored, and none of them is in force. */
  get paused(): boolean {
    return this.#wish.stored && !this.#wish.enabled;
  }

  get state(): Place {
    return this.#deployment.state;
  }

  /** Of all rules. */
  get prefix(): string {
    return this.#wish.narrow ? 'a' : '';
  }

  /** Whether replicas get the rights of their source. */
  get replicaAcl(): boolean {
    return this.#wish.replicaAcl;
  }

  get everChanged(): boolean {
    return this.#history.length > 1;
  }

  /** ms since 1970 of the last change. */
  get changedAt(): number {
    return this.#history.at(-1)?.from ?? 0;
  }

  /** The pairs that an enabled rule names at this moment. */
  pairs(): readonly Pair[] {
    const { rules = [] } = this.#history.at(-1) ?? {};
    return pairsOf(this.source, { source: this.source, role: '', rules, created: 0 });
  }

  async store(): Promise<void> {
    const { source } = this.#deployment;
    const listed = { sources: [source], destinations: this.#deployment.links.map(({ destination }) => destination) };
    const options = { cos: this.#cos, rules: this.#rules, listed };
    if (this.#wish.stored) await putReplication(requestOf(documentOf(this.#wish)), source, options);
    else await deleteReplication(source, options);
    const stored = await this.#rules.getFresh(source);
    this.#history.push({ from: this.#now(), rules: stored?.rules ?? [] });
  }

  /** Stores the rules as a deed wants them, unless COS would refuse them at this moment. */
  async change({ name }: Deed): Promise<boolean> {
    const before = this.#wish;
    this.#wish = { ...before, ...changed(name, this.#deployment) };
    try {
      await this.store();
      return true;
    } catch (error) {
      // Versioning is suspended at the moment.
      if ((error as { code?: string }).code !== 'BucketVersionNotOpen') throw error;
      this.#wish = before;
      return false;
    }
  }

  /** Whether any run looks at a key in the end: unfinished work of a removed rule stays unfinished. */
  covers(link: Link, key: string): boolean {
    return this.due(link, { key, deleteMarker: false, tags: [TAG], time: this.#now() });
  }

  due(link: Link, written: Written): boolean {
    const { rules } = this.#history.at(-1) as Entry;
    return rules.some((rule) => covers(rule, link, written));
  }

  allowed(link: Link, written: Written): boolean {
    return this.#history.some(({ rules }, i) => {
      const until = this.#history[i + 1]?.from ?? Number.POSITIVE_INFINITY;
      return until + RACE_MS >= written.time && rules.some((rule) => covers(rule, link, written));
    });
  }
}

function changed(name: Deed['name'], { links }: Deployment): Partial<Wish> {
  switch (name) {
    case 'disable':
    case 'enable':
      return { enabled: name === 'enable' };
    case 'dropRules':
    case 'addRules':
      return { stored: name === 'addRules' };
    case 'narrow':
    case 'widen':
      return { narrow: name === 'narrow' };
    case 'markersOff':
    case 'markersOn':
      return { deleteMarkers: name === 'markersOn' };
    default:
      return { links };
  }
}

/** The scope of a rule, written independently from the sentences of the contract. */
function covers(rule: Rule, { destination }: Link, { key, deleteMarker, tags, time }: Written): boolean {
  if (!rule.enabled || formatPlace(rule.destination) !== formatPlace(destination)) return false;
  if (!key.startsWith(rule.prefix) || time < rule.start) return false;
  if (deleteMarker) return rule.deleteMarkers && rule.tags.length === 0 && time >= rule.deleteMarkersSince;
  return rule.tags.every(([name, value]) => tags.some((tag) => tag[0] === name && tag[1] === value));
}

/** The key of replicas under KMS: the source's key belongs to its region. */
export const REPLICA_KEY = 'key-of-replicas';

function documentOf({ enabled, narrow, deleteMarkers, tagged, replicaAcl, kms, links }: Wish): string {
  const prefix = `<Prefix>${narrow ? 'a' : ''}</Prefix>`;
  const tag = `<Tag><Key>${TAG[0]}</Key><Value>${TAG[1]}</Value></Tag>`;
  const selected = kms
    ? '<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>'
    : '';
  const underKey = kms
    ? `<EncryptionConfiguration><ReplicaKmsKeyID>${REPLICA_KEY}</ReplicaKmsKeyID></EncryptionConfiguration>`
    : '';
  const acl = replicaAcl ? '<ReplicaAcl><Status>Enabled</Status></ReplicaAcl>' : '';
  const rules = links.map(
    ({ destination }, i) =>
      `<Rule><ID>link-${i}</ID><Status>${enabled ? 'Enabled' : 'Disabled'}</Status>` +
      `<Filter>${tagged ? `<And>${prefix}${tag}</And>` : prefix}</Filter>` +
      `<DeleteMarkerReplication><Status>${deleteMarkers && !tagged ? 'Enabled' : 'Disabled'}</Status></DeleteMarkerReplication>${selected}${acl}` +
      `<Destination><Bucket>qcs::cos:${destination.region}::${destination.bucket}</Bucket>${underKey}</Destination></Rule>`,
  );
  const role = '<Role>qcs::cam::uin/1:uin/1</Role>';
  return `<ReplicationConfiguration>${role}${rules.join('')}</ReplicationConfiguration>`;
}

const requestOf = (document: string): HttpRequest => ({
  method: 'PUT',
  host: '',
  paths: ['/'],
  queries: [[['replication', '']]],
  headers: [],
  body: new TextEncoder().encode(document),
});
