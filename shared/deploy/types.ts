import type { Place } from '../cos/index.ts';
import type { Caution } from '../scf/index.ts';

/**
 * The roles of the functions: only `api` may read API keys and write rules, only `engine` and `scan` write replicas,
 * and `schedule` only starts work.
 */
export const ROLE_KINDS = ['engine', 'api', 'schedule', 'scan'] as const;
export type RoleKind = (typeof ROLE_KINDS)[number];

/** One entry under `events` of a function in serverless.yml. */
export type EventSettings =
  /** COS events of every source bucket of the deployed region. */
  | { readonly sources: readonly string[] }
  /** A COS event of the state bucket, under a prefix. */
  | { readonly state: { readonly event: string; readonly prefix: string } }
  /** Seven fields: second minute hour day month weekday year, in UTC+8. */
  | { readonly timer: { readonly name: string; readonly cron: string } }
  /** A function URL. */
  | { readonly http: { readonly auth: 'NONE' | 'CAM' } };

export interface FunctionSettings {
  /** Its key in serverless.yml. */
  readonly key: string;
  /** `functions/<name>/index.main_handler` */
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  readonly role: RoleKind;
  /**
   * Instances that the platform reserves for this function, which is also the most that run at once. Without it the
   * functions of the account share the unreserved ones.
   */
  readonly instances?: number | undefined;
  readonly events: readonly EventSettings[];
}

export interface AsyncSettings {
  /** Repetitions after a function error, 0 to 2. */
  readonly retries: number;
  /** Seconds for which an event is kept for them. */
  readonly ttl: number;
}

export interface ScanSettings {
  /** Hours from one scan of a destination to the next. */
  readonly everyHours: number;
  /** Ranges of one destination in progress at the same time. */
  readonly rangesAtOnce: number;
}

/** The topic of the log service that receives the functions' logs. */
export interface LogSettings {
  /** IDs of the log service. */
  readonly logset: string;
  readonly topic: string;
  /** Days for which the topic keeps a log; 3640: for ever; undefined: unchanged. */
  readonly days?: number | undefined;
}

/** Tiny objects that are written to sources to test that they arrive. */
export interface CanarySettings {
  readonly everyMinutes: number;
  /** Sources of the deployed region. */
  readonly sources: readonly Place[];
}

/** A domain of the user for the API. */
export interface DomainSettings {
  /** Host name in lower case. */
  readonly name: string;
  /** ID of its certificate in the account's SSL Certificate Service. */
  readonly certificate: string;
}

/** serverless.yml, checked: everything that a deployment consists of. */
export interface Settings {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** Account of the source buckets, and so of the functions and the state bucket. */
  readonly appid: string;
  readonly runtime: string;
  readonly async: AsyncSettings;
  /** Sources of the deployed region; other regions have deployments of their own. */
  readonly sources: readonly Place[];
  readonly destinations: readonly Place[];
  readonly state: Place;
  /** Buckets of any region that are both source and destination, with the state buckets of their own deployments. */
  readonly peers: readonly Peer[];
  /** Whether rules may have `ReplicaAcl`. If so, the functions have rights on the ACLs of objects. */
  readonly acl: boolean;
  /** Switches for a stricter reading of COS's documents. */
  readonly cautious: readonly Caution[];
  /** State buckets of other deployments whose replicas this one meets; none where replication is one-way. */
  readonly signers: readonly Place[];
  /** Settings of scans; the functions have defaults for missing ones. */
  readonly scan: Partial<ScanSettings>;
  /** Undefined: no source has canaries. */
  readonly canary: CanarySettings | undefined;
  readonly functions: readonly FunctionSettings[];
  /** Undefined: the platform's own topic, or the one that the functions have. */
  readonly logs: LogSettings | undefined;
  /** Custom domains of the API in the deployed region; undefined: they are not changed. */
  readonly domains: readonly DomainSettings[] | undefined;
  /** Origin of a local cloud; passed on to the functions. */
  readonly endpoint: string | undefined;
}

export interface Peer {
  readonly bucket: Place;
  readonly state: Place;
}

export type Trigger =
  | {
      readonly type: 'cos';
      readonly bucket: string;
      readonly region: string;
      readonly event: string;
      readonly prefix: string;
      readonly suffix: string;
    }
  | { readonly type: 'timer'; readonly name: string; readonly cron: string }
  | { readonly type: 'http'; readonly auth: string };

/** One function in the form that it should have in the cloud. */
export interface DesiredFunction {
  /** `replicate`, `replicate-2`, …: the value of `-f` on the command line. */
  readonly key: string;
  /** Folder under `functions/` and name of the zip; several functions may run one bundle. */
  readonly bundle: string;
  readonly name: string;
  readonly handler: string;
  readonly runtime: string;
  readonly timeout: number;
  readonly memory: number;
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly async: AsyncSettings;
  readonly logs?: LogSettings | undefined;
  /** MB that are reserved for it; undefined: none. */
  readonly reservedMemory?: number | undefined;
  readonly triggers: readonly Trigger[];
}

/** The code of a function, ready to be uploaded. */
export interface Artifact {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
}
