import { objectsUnder, type ObjectEntry } from '../cos/index.ts';
import { mapLimited } from './limited.ts';
import { startWaiting } from './move.ts';
import { isRecoveredName, readWaitingName, recoveredName, WAITING } from './names.ts';
import type { StateDeps } from './types.ts';
import { TIMER_MS } from '../durations/index.ts';

/** Moves of one destination that are under way at once: at most, and at least while the state bucket refuses some. */
const LANES = 48;
const FEWEST_LANES = 4;
/** Moves after which the number of those under way is decided anew. */
const BATCH = 4 * LANES;
/** Destinations whose work is read at once. */
const DESTINATIONS = 8;
/**
 * Rechecks of one destination that are kept in memory until all other work has started; any beyond that wait for a
 * later run.
 */
const RECHECKS = 20_000;
/**
 * Pieces of failed work that are started in the first minute after a destination has recovered. The number doubles each
 * minute.
 */
const FIRST_PACE = 200;
/** ms after which a recovery no longer starts work early. */
const NEWS_MS = 15 * 60_000;

/**
 * Starts due work until all of it has started or `deadline` (ms since 1970) has come. Destinations take turns, so one
 * with a long backlog does not delay the others. Within a destination, rechecks come last. Work that waits after
 * failures starts before it is due once other failed work has succeeded there: the longest waiting first, a little at
 * first and more each minute. Until then, one piece a minute is tried. Returns how many were moved. Failures are thrown
 * after all destinations had their turn.
 */
export async function promote(deps: StateDeps, deadline: number, crowd?: Crowd): Promise<number> {
  const failures: unknown[] = [];
  const move = createMover(deps, deadline, failures);
  let moved = 0;
  const promoteAll = async (destination: string): Promise<void> => {
    try {
      const count = await promoteOf(deps, destination, { move, deadline, crowd });
      moved += count;
    } catch (error) {
      failures.push(error);
    }
  };
  await mapLimited(await destinationsOf(deps, deadline), DESTINATIONS, promoteAll);
  if (failures.length > 0) throw failures[0];
  return moved;
}

/** Names of the destinations with any work. */
async function destinationsOf(deps: StateDeps, deadline: number): Promise<readonly string[]> {
  const { cos, state } = deps;
  const found: string[] = [];
  for (let marker = WAITING; deps.now() < deadline;) {
    const { entries } = await cos.listObjects(state, { prefix: WAITING, marker, maxKeys: 1 });
    const destination = entries[0]?.key.slice(WAITING.length).split('/', 1)[0];
    if (destination === undefined) break;
    found.push(destination);
    marker = `${WAITING}${destination}/\u{10FFFF}`;
  }
  return found;
}

type Move = (names: readonly string[]) => Promise<number>;

interface Turn {
  readonly move: Move;
  readonly deadline: number;
  readonly crowd: Crowd | undefined;
}

/** A function that is called for a destination for which this much failed work waits. */
export interface Crowd {
  readonly from: number;
  readonly tell: (destination: string) => Promise<void>;
}

async function promoteOf(deps: StateDeps, destination: string, { move, deadline, crowd }: Turn): Promise<number> {
  const { cos, state } = deps;
  const now = (): number => deps.now();
  const recovered = await recoveryOf(deps, destination);
  const rechecks: string[] = [];
  let pace = recovered === undefined ? 0 : FIRST_PACE * 2 ** Math.floor(Math.max(0, now() - recovered) / TIMER_MS);
  let [moved, tried, left] = [0, false, false];
  let failed = 0;
  let batch: string[] = [];
  const start = async (): Promise<void> => {
    moved += await move(batch);
    batch = [];
  };
  for await (const entry of objectsUnder(cos, state, `${WAITING}${destination}/`)) {
    if (now() >= deadline) break;
    const name = readWaitingName(entry.key);
    if (name === undefined) continue;
    const isDue = name.due <= now();
    if (name.kind === 'failed') {
      failed += 1;
      if (failed === crowd?.from) await crowd.tell(destination);
      const mayStart = isDue || isNews(entry, recovered);
      if (!isDue && mayStart && pace <= 0) left = true;
      else if (mayStart || mayTry(entry, tried, now())) {
        batch.push(entry.key);
        if (!isDue) pace -= 1;
      }
      tried = true;
    } else if (isDue && name.kind === 'turn') batch.push(entry.key);
    else if (isDue && rechecks.length < RECHECKS) rechecks.push(entry.key);
    if (batch.length >= BATCH) await start();
  }
  await start();
  moved += await move(rechecks);
  const isOver = recovered !== undefined && now() < deadline && (!left || now() - recovered >= NEWS_MS);
  if (isOver) await cos.deleteObject(state, recoveredName(destination));
  return moved;
}

/** Time at which failed work first succeeded again, in ms since 1970 by the state bucket's clock. */
async function recoveryOf({ cos, state }: StateDeps, destination: string): Promise<number | undefined> {
  const { entries } = await cos.listObjects(state, { prefix: recoveredName(destination), maxKeys: 1 });
  return entries.find(({ key }) => isRecoveredName(key))?.lastModified;
}

/**
 * Whether work failed before the recovery. Work that failed after it keeps its own wait, so that it does not run each
 * minute.
 */
const isNews = ({ lastModified }: ObjectEntry, recovered: number | undefined): boolean =>
  recovered !== undefined && lastModified <= recovered;

/** The first failed work is tried again each minute, to see whether the destination has recovered. */
const mayTry = ({ lastModified }: ObjectEntry, tried: boolean, now: number): boolean =>
  !tried && now - lastModified >= TIMER_MS;

/**
 * Moves work from `waiting/` to `tasks/`. If it is no longer there, another run has moved it. Each move starts a function that sends
 * requests to the state bucket as well. So when the bucket refuses some, fewer moves are under way at once, and more again when it
 * refuses none.
 */
function createMover(deps: StateDeps, deadline: number, failures: unknown[]): Move {
  const { cos, state } = deps;
  let [lanes, refused, inARow] = [LANES, 0, 0];
  const move = async (name: string): Promise<boolean> => {
    const digest = readWaitingName(name)?.digest;
    // When everything fails, the state bucket itself has a problem, and the next minute tries again.
    if (digest === undefined || deps.now() >= deadline || inARow >= LANES) return false;
    try {
      const object = await cos.getObject(state, name);
      if (object === undefined) return false;
      await startWaiting(deps, { name, digest, body: object.body });
      inARow = 0;
      return true;
    } catch (error) {
      refused += 1;
      inARow += 1;
      if (failures.length < LANES) failures.push(error);
      return false;
    }
  };
  return async (names) => {
    let moved = 0;
    for (let i = 0; i < names.length; i += BATCH) {
      const before = refused;
      moved += (await mapLimited(names.slice(i, i + BATCH), lanes, move)).filter(Boolean).length;
      lanes = refused > before ? Math.max(FEWEST_LANES, Math.floor(lanes / 2)) : Math.min(LANES, 2 * lanes);
    }
    return moved;
  };
}
