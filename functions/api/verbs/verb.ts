import { mayReach } from '../../../shared/access/index.ts';
import type { ApiKey, Right } from '../../../shared/access/index.ts';
import type { Cos, Place } from '../../../shared/cos/index.ts';
import type { Listed, RuleStore } from '../../../shared/rules/index.ts';
import type { Caution, Peer, HttpRequest, HttpResponse } from '../../../shared/scf/index.ts';
import type { Keyring } from '../../../shared/identity/index.ts';
import type { Hash, Pairs } from '../../../shared/signing/index.ts';
import { refuse } from '../response/errors.ts';

/** Everything that the calls need from outside. */
export interface CallOptions {
  readonly cos: Cos;
  readonly state: Place;
  readonly rules: RuleStore;
  /** `peers`: sources that are also destinations, as in `DeploymentConfig`. */
  readonly listed: Listed & { readonly peers?: readonly Peer[] };
  readonly cautious?: readonly Caution[];
  /** True: the functions have no rights on ACLs, so no rule may have `ReplicaAcl`. */
  readonly withoutAcl?: boolean;
  readonly hash: Hash;
  /** The keys that verify replication markers. */
  readonly markerKeys: Keyring;
  /** ms since 1970. */
  readonly now: () => number;
  /** ms; real timers unless a test controls the clock. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** A request whose sender is known and has the right for its call. */
export interface VerifiedCall {
  readonly request: HttpRequest;
  readonly sender: Pick<ApiKey, 'secretId' | 'buckets' | 'destinations' | 'rights'>;
  readonly source: Place;
  /** '' on the bucket itself. */
  readonly key: string;
  /** The spelling that was signed. */
  readonly query: Pairs;
}

/** One call of the API. */
export interface Verb {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The parameter that names the call. */
  readonly subresource: string;
  /** The subject of the call: the bucket itself or one object. */
  readonly on: 'bucket' | 'object';
  readonly right: Right;
  /** True: a request that names no bucket concerns any one that the key may manage. Otherwise it is refused. */
  readonly anySource?: true;
  perform(call: VerifiedCall, options: CallOptions): Promise<HttpResponse>;
}

/** Undefined when the parameter is missing. Throws `ServiceError` (400) when it is given twice, or empty. */
export function parameter({ query }: VerifiedCall, name: string): string | undefined {
  const values = query.filter(([candidate]) => candidate === name).map(([, value]) => value);
  const [value] = values;
  if (values.length > 1 || value === '') {
    throw refuse(400, 'InvalidArgument', `The parameter ${name} is empty or given twice.`);
  }
  return value;
}

/** Fresh letters and digits. */
export const uniqueText = ({ random }: CallOptions): string => Buffer.from(random(9)).toString('hex');

/** Whether the key of the call may use a destination. Other destinations are hidden from it and cannot be used. */
export const reaches = ({ sender }: VerifiedCall, { bucket }: Place): boolean => mayReach(sender, bucket);
