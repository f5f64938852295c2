import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createCodeStore } from './code-store.ts';
import type { Code } from './code-store.ts';
import { cosEvent } from './cos-event.ts';
import { matchesCosTrigger } from './cos-trigger.ts';
import { createDeliveries } from './deliveries.ts';
import { createDomains } from './domains.ts';
import { fetchZip } from './fetch-zip.ts';
import { CloudFailure } from './failure.ts';
import { randomText, randomUuid } from './ids.ts';
import { createInvoker } from './invoker.ts';
import { createJournal } from './journal.ts';
import { MAX_ASYNC_EVENT, MAX_SYNC_EVENT } from './limits.ts';
import { createLogTopics } from './log-topics.ts';
import { createPool } from './pool.ts';
import type { Pool } from './pool.ts';
import { createRegistry, keyOf } from './registry.ts';
import type { FunctionRecord } from './registry.ts';
import { createTimers } from './timers.ts';
import { addTrigger, removeTrigger } from './triggers.ts';
import type {
  CodeSource,
  FunctionConfig,
  FunctionId,
  Invocation,
  Scf,
  ScfOptions,
  ScfSwitches,
  Trigger,
  TriggerSource,
} from './types.ts';
import { createUrls } from './url.ts';
import { checkAsync, checkConfig, checkId, DEFAULT_CONFIG } from './validate.ts';
import type { CoreEvent } from '../cos/types.ts';

/** One more than the processors can run beside this process; four keep it busy, so that more only wait for it. */
const BRIEF_AT_ONCE = Math.min(4, availableParallelism() + 1);

const NOT_ACTIVE = 'FailedOperation.FunctionStatusError';
const URL_USED = 'FailedOperation.DeleteTrigger.UrlUsed';

interface Target {
  readonly record: FunctionRecord;
  readonly qualifier: string;
}

/** The serverless platform of the local cloud: runs the deployed zips, each instance in a process of its own. */
export function createScf(options: ScfOptions): Scf {
  const { appid, uin, core, cam, now, random, faults } = options;
  const switches: ScfSwitches = { urlPath: 'raw', urlRepeatedKeys: 'array', ...options.switches };
  const codes = createCodeStore();
  const journal = createJournal();
  const pools = new Map<string, Pool>();
  const registry = createRegistry({
    now,
    transitionMs: options.transitionMs ?? 150,
    onRetired: ({ key }) => {
      for (const pool of pools.values()) pool.retire(key);
    },
  });
  const domains = createDomains(registry);
  const logTopics = createLogTopics(random);
  const deliveries = createDeliveries({ now, retryDelayMs: options.retryDelayMs ?? 60_000 });
  const timers = createTimers({ now, scale: options.timerScale ?? 1 });
  const invokeOnce = createInvoker({
    appid,
    uin,
    cam,
    now,
    poolOf,
    scratch: codes.scratch,
    discard: (scratch) => rmSync(scratch, { recursive: true, force: true }),
  });

  function poolOf(region: string): Pool {
    const { maxInstances = 16, briefAtOnce = BRIEF_AT_ONCE, briefMs = 1000, idleMs = 60_000 } = options;
    const pool = pools.get(region) ?? createPool({ maxInstances, briefAtOnce, briefMs, idleMs });
    pools.set(region, pool);
    return pool;
  }

  async function readCode(code: CodeSource): Promise<Code> {
    return codes.unpack('zip' in code ? code.zip : await fetchZip(core, code));
  }

  function checkRole(role: string): void {
    if (role === '') return;
    try {
      cam.getRole({ name: role });
    } catch {
      throw new CloudFailure('ResourceNotFound.Role', `role ${role} not found`);
    }
  }

  function checkLogs({ region }: FunctionId, { logset, logTopic }: FunctionConfig): void {
    if (logset === '' && logTopic === '') return;
    if (!logTopics.has(region, logset, logTopic)) {
      throw new CloudFailure('InvalidParameterValue.Cls', `no topic ${logTopic} in the logset ${logset} of ${region}`);
    }
  }

  function runSync({ record, qualifier }: Target, event: string, source: TriggerSource): Promise<Invocation> {
    if (registry.status(record) === 'Creating')
      throw new CloudFailure(NOT_ACTIVE, `${record.id.name} is not ready yet`);
    registry.revision(record, qualifier);
    const revision = () => registry.revision(record, qualifier);
    const requestId = randomUuid(random);
    const work = invokeOnce({ record, revision, requestId, event, source, retry: 0, stale: () => false });
    return deliveries.track(
      work.then((invocation) => {
        if (!invocation) throw new CloudFailure('InternalError.System', 'the run was given up');
        journal.record(invocation);
        return invocation;
      }),
    );
  }

  function runLater({ record, qualifier }: Target, event: string, source: TriggerSource, delayMs = 0): string {
    const requestId = randomUuid(random);
    const exists = () => registry.find(record.id) === record;
    deliveries.add(
      {
        settings: () => (exists() ? record.async : undefined),
        async run(retry, stale) {
          const revision = () => registry.revision(record, qualifier);
          const gone = () => stale() || !exists();
          const invocation = await invokeOnce({ record, revision, requestId, event, source, retry, stale: gone });
          if (invocation) journal.record(invocation);
          return invocation;
        },
        onDropped: () => journal.dropped(record.id),
      },
      delayMs,
    );
    return requestId;
  }

  function onCosEvent(event: CoreEvent): void {
    const delays = faults ? faults.onEvent(event) : [0];
    for (const record of registry.all()) {
      if (record.id.region !== event.region) continue;
      for (const trigger of record.triggers) {
        const { type, enabled, qualifier } = trigger;
        if (type !== 'cos' || !enabled || trigger.bucket !== event.bucket) continue;
        if (!matchesCosTrigger(trigger.filter, event.name, event.key)) continue;
        const payload = JSON.stringify(cosEvent(event, { ...record.id, qualifier }, core.switches));
        for (const delay of delays) runLater({ record, qualifier }, payload, 'cos', delay);
      }
    }
  }

  function fireTimer(record: FunctionRecord, trigger: Trigger, at: number): void {
    const { name, customArgument, qualifier } = trigger;
    const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
    const event = { Type: 'Timer', TriggerName: name, Time: time, Message: customArgument };
    runLater({ record, qualifier }, JSON.stringify(event), 'timer');
  }

  const unsubscribe = core.onEvent(onCosEvent);
  const urls = createUrls({
    registry,
    domains,
    switches,
    random,
    run: async (record, { qualifier }, event) => runSync({ record, qualifier }, event, 'http'),
  });

  return {
    switches,
    domains,
    logTopics,
    ...urls,

    async createFunction(id, given, code, tags = []) {
      checkId(id);
      if (given.runtime === undefined) throw new CloudFailure('MissingParameter.Runtime', 'Runtime is missing');
      const config: FunctionConfig = { ...DEFAULT_CONFIG, runtime: given.runtime, ...given };
      checkConfig(config);
      checkRole(config.role);
      checkLogs(id, config);
      const unpacked = await readCode(code);
      registry.add(id, `lam-${randomText(random, 8).toLowerCase()}`, { config, code: unpacked }, tags);
    },
    async updateCode(id, code, handler) {
      const record = registry.get(id);
      registry.requireActive(record, 'FailedOperation.FunctionNameStatusError');
      const config = { ...record.current.config, ...(handler === undefined ? {} : { handler }) };
      checkConfig(config);
      const unpacked = await readCode(code);
      // Unpacking took a while, and another call may have been faster.
      registry.requireActive(record, 'FailedOperation.FunctionNameStatusError');
      registry.change(record, { code: unpacked, config });
    },
    updateConfiguration(id, changes) {
      const record = registry.get(id);
      registry.requireActive(record, NOT_ACTIVE);
      const config = { ...record.current.config, ...changes };
      if (config.runtime !== record.current.config.runtime) {
        throw new CloudFailure('InvalidParameterValue.Runtime', 'the runtime of a function cannot be changed');
      }
      checkConfig(config);
      checkRole(config.role);
      checkLogs(id, config);
      if ((changes.logset !== undefined || changes.logTopic !== undefined) && changes.role === undefined) {
        throw new CloudFailure('InvalidParameterValue.ClsRole', 'a change of the log topic needs the Role as well');
      }
      registry.change(record, { config });
    },
    updateAsyncConfig(id, config) {
      const record = registry.get(id);
      checkAsync(config);
      record.async = config;
    },
    reserveMemory(id, memory) {
      registry.get(id).reservedMemory = memory;
    },
    publishVersion(id) {
      const record = registry.get(id);
      registry.requireActive(record, 'FailedOperation.PublishVersion');
      return registry.publish(record);
    },
    deleteFunction(id) {
      const record = registry.get(id);
      // Whether the platform removes the domain with the function is not documented, so a deployment must not rely on
      // it.
      if (domains.leadsTo(id)) throw new CloudFailure(URL_USED, `a custom domain leads to ${id.name}`);
      for (const trigger of record.triggers.splice(0)) timers.stop(trigger);
      registry.remove(record);
    },
    getFunction: (id, qualifier = '$LATEST') => registry.describe(registry.get(id), qualifier),
    listFunctions: (region, namespace) =>
      registry
        .all()
        .filter(({ id }) => id.region === region && id.namespace === namespace)
        .map((record) => registry.describe(record, '$LATEST')),

    createTrigger(id, request) {
      const record = registry.get(id);
      registry.requireActive(record, 'FailedOperation.CreateTrigger');
      const trigger = addTrigger(record, request, { appid, core, registry, now });
      if (trigger.type === 'timer' && trigger.enabled) {
        timers.start(trigger, trigger.cron, (at) => fireTimer(record, trigger, at));
      }
      return trigger;
    },
    deleteTrigger(id, wanted) {
      const record = registry.get(id);
      if (wanted.type === 'http' && domains.leadsTo(id, wanted.qualifier)) {
        throw new CloudFailure(URL_USED, `a custom domain leads to the URL of ${id.name}`);
      }
      timers.stop(removeTrigger(record, wanted));
    },
    listTriggers: (id) => [...registry.get(id).triggers],

    async invoke(id, event, qualifier = '$LATEST') {
      checkSize(event, MAX_SYNC_EVENT);
      return runSync({ record: registry.get(id), qualifier }, event, 'sync');
    },
    invokeAsync(id, event, qualifier = '$LATEST') {
      checkSize(event, MAX_ASYNC_EVENT);
      const record = registry.get(id);
      registry.revision(record, qualifier);
      return runLater({ record, qualifier }, event, 'async');
    },
    tick(id, triggerName) {
      const record = registry.get(id);
      const due = record.triggers.filter(
        ({ type, name }) => type === 'timer' && (triggerName === undefined || name === triggerName),
      );
      for (const trigger of due) fireTimer(record, trigger, now());
      return due.length;
    },

    logs: journal.logs,
    onInvocation: journal.listen,
    counters: () => journal.counters(pools.values(), deliveries.delayed),
    idle: deliveries.idle,
    kill(id) {
      const owner = id && keyOf(id);
      return [...pools.values()].reduce((killed, pool) => killed + pool.kill(owner), 0);
    },
    async close() {
      unsubscribe();
      timers.close();
      deliveries.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await codes.close();
    },
  };
}

function checkSize(event: string, limit: number): void {
  if (Buffer.byteLength(event) > limit) {
    throw new CloudFailure('InvalidParameter.RequestTooLarge', `the event is larger than ${limit} bytes`);
  }
  try {
    JSON.parse(event);
  } catch {
    throw new CloudFailure('InvalidParameterValue.ClientContext', 'the event is not JSON');
  }
}
