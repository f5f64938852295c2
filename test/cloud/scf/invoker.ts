import type { Code } from './code-store.ts';
import { startInstance } from './instance.ts';
import type { Instance, Outcome } from './instance.ts';
import type { Job, Pool } from './pool.ts';
import { keyOf } from './registry.ts';
import type { FunctionRecord, Revision } from './registry.ts';
import { platformEnvironment, roleEnvironment } from './environment.ts';
import type { Cam } from './cam-types.ts';
import type { FunctionConfig, Invocation, TriggerSource } from './types.ts';

export interface Call {
  readonly record: FunctionRecord;
  /** Read when the run begins: an event that waited runs on the code of that moment. */
  readonly revision: () => Revision;
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly source: TriggerSource;
  readonly retry: number;
  /** Read before the run begins: true gives it up. */
  stale(): boolean;
}

export interface InvokerOptions {
  readonly appid: string;
  readonly uin: string;
  readonly cam: Cam;
  readonly now: () => number;
  readonly poolOf: (region: string) => Pool;
  readonly scratch: (code: Code) => string;
  readonly discard: (scratch: string) => void;
}

const MAX_RESULT = 6 * 1024 * 1024;

/** Runs a call on an instance and returns how it ended; undefined when it was given up before it began. */
export function createInvoker(options: InvokerOptions): (call: Call) => Promise<Invocation | undefined> {
  const { appid, uin, cam, now } = options;

  function start(record: FunctionRecord, revision: Revision): Instance {
    const { config, code } = revision;
    const scratch = options.scratch(code);
    const instance = startInstance({
      folder: code.folder,
      scratch,
      handler: config.handler,
      memorySize: config.memorySize,
      initTimeoutMs: config.initTimeout * 1000,
      environment: {
        ...config.environment,
        ...platformEnvironment(record.id, revision, { appid, uin }),
        ...roleEnvironment(cam, config.role),
      },
    });
    void instance.exited.then(() => options.discard(scratch));
    return instance;
  }

  return async (call) => {
    const { record, requestId } = call;
    let revision = call.revision();
    let started = now();
    let refusal: Refusal | undefined;
    const describe = (outcome: Outcome | Refusal) => toInvocation({ ...call, revision }, outcome, started);

    const job: Job = {
      owner: keyOf(record.id),
      urgent: call.source === 'sync' || call.source === 'http',
      get key() {
        return revision.key;
      },
      get limit() {
        const { reservedMemory } = record;
        return reservedMemory === undefined ? undefined : Math.floor(reservedMemory / revision.config.memorySize);
      },
      stale() {
        revision = call.revision();
        refusal = call.stale() ? undefined : checkRole(cam, revision.config.role);
        return refusal !== undefined || call.stale();
      },
      start: () => start(record, revision),
      prepare() {
        started = now();
        return {
          requestId,
          event: call.event,
          context: contextOf(record, revision, requestId, { appid, uin }),
          environment: roleEnvironment(cam, revision.config.role),
          timeoutMs: revision.config.timeout * 1000,
        };
      },
    };

    const pool = options.poolOf(record.id.region);
    // A synchronous call does not wait for a function that has used up its share.
    if (job.urgent && pool.atLimit(job)) return describe({ kind: 'overrun', why: 'concurrency limit reached' });
    const outcome = await pool.run(job);
    if (outcome) return describe(outcome);
    if (call.stale()) return undefined;
    return describe(refusal ?? { kind: 'internal', why: 'the platform is shutting down' });
  };
}

/** The platform could not run the function. Asynchronous calls are then kept and tried again until they are too old. */
interface Refusal {
  readonly kind: 'overrun' | 'internal';
  readonly why: string;
}

function checkRole(cam: Cam, role: string): Refusal | undefined {
  try {
    roleEnvironment(cam, role);
    return undefined;
  } catch (error) {
    return { kind: 'internal', why: `role ${role}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Field names and types as in a recorded context. */
function contextOf(
  { id }: FunctionRecord,
  revision: Revision,
  requestId: string,
  account: { appid: string; uin: string },
) {
  const environment = { SCF_NAMESPACE: id.namespace, ...revision.config.environment };
  return {
    callbackWaitsForEmptyEventLoop: true,
    memory_limit_in_mb: revision.config.memorySize,
    time_limit_in_ms: revision.config.timeout * 1000,
    request_id: requestId,
    environment: JSON.stringify(environment),
    environ: Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
    function_version: revision.version,
    function_name: id.name,
    namespace: id.namespace,
    tencentcloud_region: id.region,
    tencentcloud_appid: account.appid,
    tencentcloud_uin: account.uin,
  };
}

function toInvocation(
  { record, revision, requestId, source, retry }: Omit<Call, 'revision'> & { readonly revision: Revision },
  outcome: Outcome | Refusal,
  started: number,
): Invocation {
  const ran = 'output' in outcome ? outcome : undefined;
  const [status, result] = resultOf(outcome, requestId, revision.config);
  const invocation: Omit<Invocation, 'log'> = {
    requestId,
    id: record.id,
    version: revision.version,
    source,
    status,
    result,
    started,
    durationMs: ran?.durationMs ?? 0,
    memoryBytes: ran?.memoryBytes ?? 0,
    coldStartMs: ran?.coldStart?.totalMs,
    retry,
  };
  return { ...invocation, log: ran ? logOf(invocation, ran, revision.config.memorySize) : '' };
}

function resultOf(
  outcome: Outcome | Refusal,
  requestId: string,
  { timeout, initTimeout }: FunctionConfig,
): readonly [status: number, result: string] {
  const failed = (statusCode: number, errorMessage: string, more: { errorCode?: number; stackTrace?: string } = {}) =>
    [statusCode, JSON.stringify({ errorCode: -1, errorMessage, requestId, ...more, statusCode })] as const;
  switch (outcome.kind) {
    case 'returned':
      return Buffer.byteLength(outcome.result) > MAX_RESULT
        ? failed(407, 'Response too large: 6 MB at most')
        : [200, outcome.result];
    case 'threw':
      return failed(430, 'user code exception caught', { errorCode: 1, stackTrace: outcome.result });
    case 'timeout':
      return failed(433, `Invoking task timed out after ${timeout} seconds`);
    case 'init-timeout':
      return failed(433, `Loading the code timed out after ${initTimeout} seconds`);
    case 'memory':
      return failed(434, 'Memory limit reached');
    case 'exit':
      return failed(439, `User process exit when running (${outcome.result})`);
    case 'overrun':
      return failed(432, outcome.why);
    default:
      return failed(500, outcome.why);
  }
}

function logOf(invocation: Omit<Invocation, 'log'>, outcome: Outcome, memorySize: number): string {
  const { requestId } = invocation;
  const { coldStart, output } = outcome;
  const lines = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(2)}MB`;
  const total = Math.round(coldStart?.totalMs ?? 0);
  const init = Math.round(coldStart?.initMs ?? 0);
  return [
    coldStart
      ? `Init Report RequestId: ${requestId} Coldstart: ${total}ms (InitRuntime: ${total - init}ms InitFunction: ${init}ms)\n`
      : '',
    `START RequestId: ${requestId}\n`,
    lines,
    `END RequestId: ${requestId}\n`,
    `Report RequestId: ${requestId} Duration:${Math.round(outcome.durationMs)}ms Memory:${memorySize}MB `,
    `MemUsage:${megabytes(outcome.memoryBytes)}\n`,
  ].join('');
}
