import { formatPlace, objectPages } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { unlessDamaged } from '../shape/index.ts';
import { decodeLease, decodeTask } from './documents.ts';
import { remainingOf } from './lease-record.ts';
import {
  digestOfTarget,
  isHelpName,
  isRecoveredName,
  LEASES,
  readTaskName,
  readWaitingName,
  TASKS,
  WAITING,
} from './names.ts';
import type { StateDeps, Target, Task } from './types.ts';

type ReadDeps = Pick<StateDeps, 'cos' | 'state' | 'hash'>;

/** One piece of work that is not done. */
export interface Pending {
  readonly name: string;
  readonly task: Task;
  /** ms since 1970; undefined when it is due and its run has been started. */
  readonly due: number | undefined;
}

export interface PendingPage {
  readonly items: readonly Pending[];
  /** State objects that cannot be read; they are not changed. */
  readonly unreadable: number;
  /** The cursor of the next page; undefined on the last one. */
  readonly marker: string | undefined;
}

export interface PageQuery {
  readonly accepts: (task: Task) => boolean;
  /** Only work for this destination is read, so that a failing destination with much work does not hide it. */
  readonly destination?: Place | undefined;
  /** The `marker` of the previous page. */
  readonly marker: string | undefined;
  /** Keys, each at one destination, after which the page ends. */
  readonly limit: number;
  /** State objects after which the page ends, whatever they are, so that a page takes bounded time. */
  readonly examined: number;
}

/** Names that are requested at once, and bodies that are read at once. */
const BATCH = 50;

/** Whether a text can be a `marker`. */
export const isPendingMarker = (text: string): boolean => text.startsWith(WAITING) || text.startsWith(TASKS);

/** Work of all keys: first waiting work, by destination and due time, then work that has been started. */
export async function listPending(deps: ReadDeps, query: PageQuery): Promise<PendingPage> {
  const items: Pending[] = [];
  const targets = new Set<string>();
  let unreadable = 0;
  let examined = 0;
  for await (const names of namesAfter(deps, query)) {
    const found = await Promise.all(names.map((name) => readPending(deps, name)));
    for (const [index, one] of found.entries()) {
      examined += 1;
      if (one === 'unreadable') unreadable += 1;
      else if (one !== undefined && query.accepts(one.task)) {
        items.push(one);
        targets.add(digestOfTarget(one.task, deps.hash));
      }
      if (targets.size >= query.limit || examined >= query.examined) {
        return { items, unreadable, marker: names[index] };
      }
    }
  }
  return { items, unreadable, marker: undefined };
}

export interface KeyState {
  readonly items: readonly Pending[];
  /**
   * `held`: a run is in progress. `expired`: a run was killed, and the next sweep makes a task of the work that it
   * left.
   */
  readonly lease: 'held' | 'expired' | undefined;
  /** State objects of the key that are damaged; no run works on them. */
  readonly unreadable: number;
  /** False when not all waiting work of this destination was read, so there may be more for this key. */
  readonly complete: boolean;
}

/** Work of one key at one destination. Its waiting work is found by reading through that of its destination. */
export async function pendingOfKey(deps: ReadDeps, target: Target, pages: number): Promise<KeyState> {
  const digest = digestOfTarget(target, deps.hash);
  const [started, waiting, lease] = await Promise.all([
    deps.cos.listObjects(deps.state, { prefix: `${TASKS}${digest}/`, maxKeys: BATCH }),
    waitingOf(deps, target, digest, pages),
    leaseOf(deps, digest),
  ]);
  const names = [...started.entries.map(({ key }) => key), ...waiting.names.slice(0, BATCH)];
  const items = await Promise.all(names.map((name) => readPending(deps, name)));
  return {
    items: items.filter((one) => one !== undefined && one !== 'unreadable'),
    lease: lease.state,
    unreadable: lease.unreadable + items.filter((one) => one === 'unreadable').length,
    complete: waiting.complete,
  };
}

async function waitingOf({ cos, state }: ReadDeps, { destination }: Target, digest: string, pages: number) {
  const names: string[] = [];
  let marker: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const listed = await cos.listObjects(state, {
      prefix: `${WAITING}${formatPlace(destination)}/`,
      ...(marker === undefined ? {} : { marker }),
    });
    for (const { key } of listed.entries) if (readWaitingName(key)?.digest === digest) names.push(key);
    marker = listed.nextMarker;
    if (marker === undefined) return { names, complete: true };
  }
  return { names, complete: false };
}

async function leaseOf(
  { cos, state }: ReadDeps,
  digest: string,
): Promise<{ state: KeyState['lease']; unreadable: number }> {
  const { entries } = await cos.listObjects(state, { prefix: `${LEASES}${digest}/`, maxKeys: BATCH });
  const found = await Promise.all(
    entries.map(async ({ key }) => {
      const object = await cos.getObject(state, key);
      if (object === undefined) return undefined;
      const lease = unlessDamaged(() => decodeLease(key, object.body));
      if (lease === undefined) return 'unreadable';
      return remainingOf(lease, object) > 0 ? 'held' : 'expired';
    }),
  );
  const unreadable = found.filter((one) => one === 'unreadable').length;
  if (found.includes('held')) return { state: 'held', unreadable };
  return { state: found.includes('expired') ? 'expired' : undefined, unreadable };
}

/** Undefined when it was done in the meantime. */
async function readPending({ cos, state }: ReadDeps, name: string): Promise<Pending | 'unreadable' | undefined> {
  if (isRecoveredName(name) || isHelpName(name)) return undefined;
  const waiting = readWaitingName(name);
  if (waiting === undefined && readTaskName(name) === undefined) return 'unreadable';
  const object = await cos.getObject(state, name);
  if (object === undefined) return undefined;
  // One damaged object must not hide all the others.
  return unlessDamaged(() => ({ name, task: decodeTask(name, object.body), due: waiting?.due })) ?? 'unreadable';
}

async function* namesAfter(deps: ReadDeps, { marker, destination }: PageQuery): AsyncGenerator<readonly string[]> {
  const waiting = destination === undefined ? WAITING : `${WAITING}${formatPlace(destination)}/`;
  if (marker === undefined || marker.startsWith(WAITING)) yield* namesUnder(deps, waiting, marker);
  yield* namesUnder(deps, TASKS, marker?.startsWith(TASKS) === true ? marker : undefined);
}

/** Names under a prefix, in batches. */
export async function* namesUnder(
  { cos, state }: ReadDeps,
  prefix: string,
  start: string | undefined,
): AsyncGenerator<readonly string[]> {
  for await (const page of objectPages(cos, state, prefix, { after: start, maxKeys: BATCH })) {
    yield page.map(({ key }) => key);
  }
}
