import type { Cam } from './cam-types.ts';
import type { LogTopics } from './log-topics.ts';
import type { Core } from '../cos/calls.ts';
import type { Faults, Handler } from '../types.ts';

export interface FunctionId {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
}

export interface FunctionConfig {
  /** `index.main_handler` */
  readonly handler: string;
  /** `Nodejs20.19`; cannot be changed later. */
  readonly runtime: string;
  /** MB */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds for loading the code. */
  readonly initTimeout: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Execution role; '' for none: the function then gets no credentials. */
  readonly role: string;
  readonly description: string;
  /** The topic of its logs in the log service; '' for the platform's own. */
  readonly logset: string;
  readonly logTopic: string;
}

export type FunctionStatus = 'Creating' | 'Active' | 'Updating';

/** Settings of asynchronous invocations. */
export interface AsyncConfig {
  /** 0 to 2. */
  readonly retries: number;
  /** How long an event is kept, seconds. */
  readonly ttl: number;
}

export interface FunctionInfo {
  readonly id: FunctionId;
  readonly functionId: string;
  /** The settings once `status` is `Active`. */
  readonly config: FunctionConfig;
  readonly tags: readonly (readonly [string, string])[];
  readonly status: FunctionStatus;
  /** Bytes of the zip. */
  readonly codeSize: number;
  /** Lower-case hex of the zip. */
  readonly codeSha256: string;
  readonly version: string;
  /** Published versions, oldest first. */
  readonly versions: readonly string[];
  readonly async: AsyncConfig;
  /** MB reserved for this function alone, and also its limit. */
  readonly reservedMemory: number | undefined;
  /** ms since 1970 */
  readonly created: number;
  readonly modified: number;
}

/** The zip itself, or an object that holds it. */
export type CodeSource =
  { readonly zip: Uint8Array } | { readonly bucket: string; readonly region: string; readonly key: string };

export interface CosTriggerFilter {
  /** `cos:ObjectCreated:*`, … */
  readonly event: string;
  readonly prefix: string;
  readonly suffix: string;
}

interface TriggerBase {
  readonly name: string;
  /** As the cloud API returns it: JSON text. */
  readonly description: string;
  readonly enabled: boolean;
  readonly qualifier: string;
  readonly customArgument: string;
  /** ms since 1970 */
  readonly created: number;
}

export type Trigger =
  | (TriggerBase & { readonly type: 'cos'; readonly bucket: string; readonly filter: CosTriggerFilter })
  | (TriggerBase & { readonly type: 'timer'; readonly cron: string })
  | (TriggerBase & { readonly type: 'http'; readonly host: string; readonly auth: 'NONE' | 'CAM' });

/** The target of a custom domain's requests for a path. */
export interface DomainRoute {
  readonly namespace: string;
  /** Of the function. */
  readonly name: string;
  readonly qualifier: string;
  /** `/`, `/*`, `/a`, `/a/b`, `/a/*` */
  readonly path: string;
}

export interface CustomDomain {
  /** Lower case, without a port. */
  readonly name: string;
  readonly region: string;
  readonly protocol: string;
  /** Empty for none. */
  readonly certificate: string;
  readonly routes: readonly DomainRoute[];
  /** Of a firewall, as it was sent. */
  readonly firewall: Readonly<Record<string, string>>;
}

/** The custom domains of all regions. Calls throw `CloudFailure`. */
export interface Domains {
  create(domain: CustomDomain): void;
  update(name: string, region: string, changes: Partial<Omit<CustomDomain, 'name' | 'region'>>): void;
  remove(name: string, region: string): void;
  get(name: string, region: string): CustomDomain;
  list(region: string): readonly CustomDomain[];
  /** Undefined: the host is no custom domain. Without a route: the domain has none for this path. */
  at(
    host: string,
    path: string,
  ): { readonly route: (DomainRoute & { readonly region: string }) | undefined } | undefined;
  /** Whether a domain leads to the function, at this qualifier or at any. */
  leadsTo(id: FunctionId, qualifier?: string): boolean;
}

/** As `CreateTrigger` takes it. */
export interface TriggerRequest {
  readonly type: string;
  readonly name?: string | undefined;
  readonly description: string;
  readonly enabled?: boolean | undefined;
  readonly qualifier?: string | undefined;
  readonly customArgument?: string | undefined;
}

export type TriggerSource = 'sync' | 'async' | 'cos' | 'timer' | 'http';

/** One finished run of a function. */
export interface Invocation {
  readonly requestId: string;
  readonly id: FunctionId;
  readonly version: string;
  readonly source: TriggerSource;
  /** 200, or the platform's code: 430 exception, 432 concurrency, 433 time, 434 memory, 439 exit, 407 answer too large. */
  readonly status: number;
  /** JSON text: the answer of the handler, or the platform's error object. */
  readonly result: string;
  /** ms since 1970 */
  readonly started: number;
  readonly durationMs: number;
  /** Bytes of the process at its end, or when it was killed. */
  readonly memoryBytes: number;
  /** From the start of the process until the code was loaded; undefined on a warm instance. */
  readonly coldStartMs: number | undefined;
  /** 0 on the first attempt. */
  readonly retry: number;
  /** Console output between the platform's START, END and Report lines; only the end of a long output. */
  readonly log: string;
}

export interface FunctionCounters {
  /** Runs started. */
  readonly invocations: number;
  readonly errors: number;
  readonly coldStarts: number;
  /** Runs that were a second or third attempt. */
  readonly retries: number;
  /** Asynchronous events given up after the last attempt or when they became too old. */
  readonly dropped: number;
}

export interface Counters {
  /** Waiting for an instance. */
  readonly queued: number;
  /** Waiting for their time: delayed deliveries and retries. */
  readonly delayed: number;
  readonly running: number;
  readonly instances: number;
  /** By `region/namespace/name`; kept after the function was deleted. */
  readonly functions: Readonly<Record<string, FunctionCounters>>;
}

/** Doubtful points of function URLs as switches; the default is the cautious choice. */
export interface ScfSwitches {
  /** Whether `path` reaches the function as on the wire or percent-decoded (undocumented). Default `raw`. */
  urlPath: 'raw' | 'decoded';
  /** The form of a repeated query key (undocumented). Default `array`, as API Gateway had. */
  urlRepeatedKeys: 'array' | 'first' | 'last';
}

export interface ScfOptions {
  readonly appid: string;
  readonly uin: string;
  readonly core: Core;
  readonly cam: Cam;
  /** ms since 1970 */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly faults?: Pick<Faults, 'onEvent'>;
  /** Between the attempts of an asynchronous invocation. Default 60,000. */
  readonly retryDelayMs?: number;
  /** Processes at once, per region. Default 16. */
  readonly maxInstances?: number;
  /** Brief runs of a function at once before its further events wait. Default: up to 4, by the processors of this machine. */
  readonly briefAtOnce?: number;
  /** How long a run counts as brief. Default 1,000. */
  readonly briefMs?: number;
  /** How long an instance stays warm without work. Default 60,000. */
  readonly idleMs?: number;
  /** How long a function is `Creating` or `Updating`. Default 150. */
  readonly transitionMs?: number;
  /** Factor on the waiting time of timers; 0: only `tick` fires them. Default 1. */
  readonly timerScale?: number;
  readonly switches?: Partial<ScfSwitches>;
}

/** The serverless platform. Control calls throw `CloudFailure` with SCF's codes. */
export interface Scf {
  readonly switches: ScfSwitches;

  createFunction(
    id: FunctionId,
    config: Partial<FunctionConfig>,
    code: CodeSource,
    tags?: FunctionInfo['tags'],
  ): Promise<void>;
  updateCode(id: FunctionId, code: CodeSource, handler?: string): Promise<void>;
  updateConfiguration(id: FunctionId, changes: Partial<FunctionConfig>): void;
  updateAsyncConfig(id: FunctionId, config: AsyncConfig): void;
  /** MB; undefined lifts the reservation. */
  reserveMemory(id: FunctionId, memory: number | undefined): void;
  /** Freezes code and configuration under a number. */
  publishVersion(id: FunctionId, description: string): string;
  deleteFunction(id: FunctionId): void;
  getFunction(id: FunctionId, qualifier?: string): FunctionInfo;
  listFunctions(region: string, namespace: string): readonly FunctionInfo[];

  createTrigger(id: FunctionId, trigger: TriggerRequest): Trigger;
  /** `description` tells the COS triggers of one bucket apart. */
  deleteTrigger(
    id: FunctionId,
    trigger: {
      type: string;
      name?: string | undefined;
      description?: string | undefined;
      qualifier?: string | undefined;
    },
  ): void;
  listTriggers(id: FunctionId): readonly Trigger[];

  /** Waits for the result; `event` is JSON text, at most 6 MB. A failed run is a result, not a rejection. */
  invoke(id: FunctionId, event: string, qualifier?: string): Promise<Invocation>;
  /** Queues a run with retries and returns its request ID; at most 128 KB. */
  invokeAsync(id: FunctionId, event: string, qualifier?: string): string;
  /** Fires the timers of a function now, all or the named one; returns how many. */
  tick(id: FunctionId, triggerName?: string): number;

  /** Answers requests whose Host is a function URL. */
  readonly serve: Handler;
  /** The same for a custom domain bound to this function. The Host reaches the function unchanged. */
  serveFunction(id: FunctionId, request: Parameters<Handler>[0]): ReturnType<Handler>;
  /** The log service's topics, which functions can be pointed at. */
  readonly logTopics: LogTopics;
  /** The custom domains, which `serveDomain` answers for. */
  readonly domains: Domains;
  /** Undefined: the Host is no custom domain. */
  serveDomain(request: Parameters<Handler>[0]): ReturnType<Handler> | undefined;
  /** Every function that has a URL. */
  functionUrls(): readonly { readonly id: FunctionId; readonly host: string }[];

  /** Newest first; the platform keeps the last few hundred per function. */
  logs(id: FunctionId): readonly Invocation[];
  onInvocation(listener: (invocation: Invocation) => void): () => void;
  counters(): Counters;
  /** Resolves when nothing runs, is queued or waits for its time. Timers to come do not count. */
  idle(): Promise<void>;
  /** Kills running and warm instances, all or of one function; returns how many. Runs end with status 439. */
  kill(id?: FunctionId): number;
  /** Kills every process, drops all waiting events, removes the temporary folder. */
  close(): Promise<void>;
}
