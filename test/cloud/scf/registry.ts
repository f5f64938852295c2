import type { Code } from './code-store.ts';
import { CloudFailure } from './failure.ts';
import type { AsyncConfig, FunctionConfig, FunctionId, FunctionInfo, FunctionStatus, Trigger } from './types.ts';

/** Code and configuration as they run together; never changes. */
export interface Revision {
  /** Unique in this process. */
  readonly key: string;
  /** `$LATEST`, or the number of the published version. */
  readonly version: string;
  readonly config: FunctionConfig;
  readonly code: Code;
}

export interface FunctionRecord {
  readonly id: FunctionId;
  readonly functionId: string;
  readonly created: number;
  readonly tags: FunctionInfo['tags'];
  modified: number;
  /** The version that runs now. */
  current: Revision;
  /** The version that runs after the transition. */
  next: Revision | undefined;
  /** ms since 1970: end of the transition. */
  settles: number;
  /** True until the first transition is over. */
  fresh: boolean;
  async: AsyncConfig;
  reservedMemory: number | undefined;
  readonly versions: Map<string, Revision>;
  readonly triggers: Trigger[];
}

export interface Registry {
  add(
    id: FunctionId,
    functionId: string,
    revision: Omit<Revision, 'key' | 'version'>,
    tags: FunctionInfo['tags'],
  ): void;
  /** Throws `ResourceNotFound.Function`. */
  get(id: FunctionId): FunctionRecord;
  find(id: FunctionId): FunctionRecord | undefined;
  remove(record: FunctionRecord): void;
  all(): readonly FunctionRecord[];
  status(record: FunctionRecord): FunctionStatus;
  /** Throws `code` unless the function is `Active`. */
  requireActive(record: FunctionRecord, code: string): void;
  /** Starts a transition to changed code or configuration. */
  change(record: FunctionRecord, changes: Partial<Omit<Revision, 'key' | 'version'>>): void;
  publish(record: FunctionRecord): string;
  /** `$LATEST`, `$DEFAULT` (which nobody moved) or a version; throws `ResourceNotFound.Qualifier`. */
  revision(record: FunctionRecord, qualifier: string): Revision;
  describe(record: FunctionRecord, qualifier: string): FunctionInfo;
}

const MAX_FUNCTIONS = 50;
const DEFAULT_ASYNC: AsyncConfig = { retries: 2, ttl: 21_600 };

export interface RegistryOptions {
  readonly now: () => number;
  readonly transitionMs: number;
  /** A revision that will run no more. */
  readonly onRetired: (revision: Revision) => void;
}

export function keyOf({ region, namespace, name }: FunctionId): string {
  return `${region}/${namespace}/${name}`;
}

export function createRegistry({ now, transitionMs, onRetired }: RegistryOptions): Registry {
  const records = new Map<string, FunctionRecord>();
  let revisions = 0;

  const mint = (revision: Omit<Revision, 'key' | 'version'>, version = '$LATEST'): Revision => ({
    ...revision,
    version,
    key: String(++revisions),
  });

  /** Transitions end by themselves; the new state is computed when a call looks. */
  function settle(record: FunctionRecord): void {
    if (now() < record.settles) return;
    record.fresh = false;
    if (record.next === undefined) return;
    onRetired(record.current);
    record.current = record.next;
    record.next = undefined;
  }

  function status(record: FunctionRecord): FunctionStatus {
    settle(record);
    return record.fresh ? 'Creating' : record.next ? 'Updating' : 'Active';
  }

  function find(id: FunctionId): FunctionRecord | undefined {
    const record = records.get(keyOf(id));
    if (record) settle(record);
    return record;
  }

  function revision(record: FunctionRecord, qualifier: string): Revision {
    settle(record);
    if (qualifier === '$LATEST' || qualifier === '$DEFAULT') return record.current;
    const version = record.versions.get(qualifier);
    if (!version) throw new CloudFailure('ResourceNotFound.Qualifier', `no version or alias ${qualifier}`);
    return version;
  }

  return {
    add(id, functionId, fields, tags) {
      if (records.has(keyOf(id))) throw new CloudFailure('ResourceInUse.Function', `function ${id.name} exists`);
      const neighbours = [...records.values()].filter(({ id: other }) => other.region === id.region);
      if (neighbours.length >= MAX_FUNCTIONS) {
        throw new CloudFailure('LimitExceeded.Function', `${MAX_FUNCTIONS} functions in a namespace`);
      }
      const time = now();
      records.set(keyOf(id), {
        id,
        functionId,
        created: time,
        modified: time,
        tags,
        current: mint(fields),
        next: undefined,
        settles: time + transitionMs,
        fresh: true,
        async: DEFAULT_ASYNC,
        reservedMemory: undefined,
        versions: new Map(),
        triggers: [],
      });
    },
    find,
    get(id) {
      const record = find(id);
      if (!record) throw new CloudFailure('ResourceNotFound.Function', `function ${id.name} not found`);
      return record;
    },
    remove(record) {
      records.delete(keyOf(record.id));
      for (const old of [record.current, ...record.versions.values()]) onRetired(old);
    },
    all: () => [...records.values()],
    status,
    requireActive(record, code) {
      const state = status(record);
      if (state !== 'Active')
        throw new CloudFailure(code, `function ${record.id.name} is ${state}; try again when Active`);
    },
    change(record, changes) {
      const { config, code } = record.current;
      record.next = mint({ config, code, ...changes });
      record.modified = now();
      record.settles = now() + transitionMs;
    },
    publish(record) {
      const version = String(record.versions.size + 1);
      const { config, code } = record.current;
      record.versions.set(version, mint({ config, code }, version));
      return version;
    },
    revision,
    describe(record, qualifier) {
      const state = status(record);
      const shown = qualifier === '$LATEST' || qualifier === '$DEFAULT' ? (record.next ?? record.current) : undefined;
      const { config, code, version } = shown ?? revision(record, qualifier);
      const { id, functionId, tags, async, reservedMemory, created, modified } = record;
      const versions = [...record.versions.keys()];
      const about = { codeSize: code.size, codeSha256: code.sha256, version, versions };
      return { id, functionId, config, tags, status: state, ...about, async, reservedMemory, created, modified };
    },
  };
}
