import { objectsUnder, type ObjectEntry } from '../cos/index.ts';
import { mapLimited } from './limited.ts';
import { startWaiting } from './move.ts';
import { isRecoveredName, readWaitingName, recoveredName, WAITING } from './names.ts';
import type { StateDeps } from './types.ts';

/** Moves under way at once, over all destinations. */
const LANES = 48;
/** Destinations whose work is looked through at once. */
const DESTINATIONS = 8;
/** Re-checks of one destination that are kept in mind until everything else has started; the others have their turn later. */
const RECHECKS = 20_000;
/** Failed work that is started in the first minute after a destination has recovered; twice as much in each one more. */
const FIRST_PACE = 200;
/** ms after which a recovery is no news any more. */
const NEWS_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

/**
 * Makes what is due start, until all of it has or `deadline` (ms since 1970) has come. Destinations have their turns side by
 * side, so one with a long backlog does not hold up the others; within one, re-checks come after everything else. What waits
 * after failures is started before it is due when something else that had failed there has succeeded: the longest waiting
 * first, a little at first and more each minute. While nothing has, one piece a minute is tried. Returns how many were moved;
 * what failed is thrown after the others have had their turn.
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

/** Names of those with any work. */
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

/** The function that is told of a destination for which so many pieces of failed work wait. */
export interface Crowd {
  readonly from: number;
  readonly tell: (destination: string) => Promise<void>;
}

async function promoteOf(deps: StateDeps, destination: string, { move, deadline, crowd }: Turn): Promise<number> {
  const { cos, state } = deps;
  const now = (): number => deps.now();
  const recovered = await recoveryOf(deps, destination);
  const rechecks: string[] = [];
  let pace = recovered === undefined ? 0 : FIRST_PACE * 2 ** Math.floor(Math.max(0, now() - recovered) / MINUTE_MS);
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
    if (batch.length >= 4 * LANES) await start();
  }
  await start();
  moved += await move(rechecks);
  const isOver = recovered !== undefined && now() < deadline && (!left || now() - recovered >= NEWS_MS);
  if (isOver) await cos.deleteObject(state, recoveredName(destination));
  return moved;
}

/** When work that had failed first succeeded again, ms since 1970 by the state bucket's clock. */
async function recoveryOf({ cos, state }: StateDeps, destination: string): Promise<number | undefined> {
  const { entries } = await cos.listObjects(state, { prefix: recoveredName(destination), maxKeys: 1 });
  return entries.find(({ key }) => isRecoveredName(key))?.lastModified;
}

/** Whether work failed before the recovery. Work that failed after it has its own wait, so that it does not run each minute. */
const isNews = ({ lastModified }: ObjectEntry, recovered: number | undefined): boolean =>
  recovered !== undefined && lastModified <= recovered;

/** The first that fails is tried again each minute, to see whether the destination has recovered. */
const mayTry = ({ lastModified }: ObjectEntry, tried: boolean, now: number): boolean =>
  !tried && now - lastModified >= MINUTE_MS;

/** Moves work from `waiting/` to `tasks/`. Work that is gone was moved by another run. */
function createMover(deps: StateDeps, deadline: number, failures: unknown[]): Move {
  const { cos, state } = deps;
  const move = async (name: string): Promise<boolean> => {
    const digest = readWaitingName(name)?.digest;
    // When nearly everything fails, the state bucket itself is in trouble, and the next minute has another try.
    if (digest === undefined || deps.now() >= deadline || failures.length >= LANES) return false;
    try {
      const object = await cos.getObject(state, name);
      if (object === undefined) return false;
      await startWaiting(deps, { name, digest, body: object.body });
      return true;
    } catch (error) {
      failures.push(error);
      return false;
    }
  };
  return async (names) => (await mapLimited(names, LANES, move)).filter(Boolean).length;
}
