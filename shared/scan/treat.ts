import { ServiceError } from '../errors/index.ts';
import { isHalt, taskOf, whyOf, type Ending, type Proof, type Report, type Work } from '../replication/index.ts';
import { nextTry } from '../tasks/index.ts';
import type { VersionEntry } from '../cos/index.ts';
import type { Amount, Deeds } from './counts.ts';
import type { Note } from './ledger.ts';
import type { KeyStacks } from './merge.ts';
import type { Pair } from './names.ts';
import { isSlowDown } from './pace.ts';
import type { KeyTally, Stand } from './tally.ts';
import type { ScanDeps } from './types.ts';
import { BUSY_MS, LANDING_MS, SCAN_KEY_MARGIN_MS } from '../durations/index.ts';

/** The result for one key that no ledger held. */
export interface Treated {
  readonly stand: Stand;
  /** The two listings showed the key right as it is, so their hash may be remembered. */
  readonly proved: boolean;
  /** The key was written to, or another run works on it: a run has to look at it again. */
  readonly again: boolean;
  /** Version IDs that the destination will list, newest first, unless somebody else writes there. */
  readonly expected?: { readonly written: readonly string[]; readonly note: Note | undefined };
  readonly deeds: Partial<Deeds>;
  /** The cause with which the key was left to a task. */
  readonly cause?: string;
}

/** `stop`: the run has to end; the key was not done. */
export type Treatment = Treated | { readonly stop: 'time' | 'rules' };

export interface TreatOptions {
  readonly deps: ScanDeps;
  readonly pair: Pair;
  /** ms since 1970 by which the engine's own work has to end. */
  readonly deadline: number;
  /** Whether the rules of the scan are still those that are stored. */
  readonly isInForce: () => Promise<boolean>;
  /** Whether this is the second pass, after which no pass returns to the key. */
  readonly last: boolean;
  /** Whether tags and ACLs are compared, which costs two to four requests a version. */
  readonly compare: boolean;
  /** Called on each refusal with which COS asks for fewer requests; waits. */
  readonly slowDown: () => Promise<void>;
}

/** Tries of one key while COS asks for fewer requests. After them it becomes a task like any failed key. */
const TRIES = 4;

/** Brings one key up to date with as few requests as possible, and leaves to a task whatever cannot be done now. */
export async function treat(options: TreatOptions, stacks: KeyStacks, tally: KeyTally): Promise<Treatment> {
  const { deps, deadline, last } = options;
  const { engine } = deps;
  let work = workOf(options, stacks, tally);
  let proof: Proof | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!last && stacks.whole) {
        const history = await engine.copyHistory(work, stacks, deadline, options.isInForce);
        if (!isHalt(history)) {
          if (history.kind === 'copied') return copied(history, tally);
        } else if (history.halt !== 'look-again') return handedOn(options, work, history.halt, openOf(proof));
      }
      // A stack that is too long to be kept is read by `converge`, page by page.
      const proved = stacks.whole ? await engine.prove(work, stacks, deadline) : undefined;
      if (isHalt(proved)) return handedOn(options, work, proved.halt, openOf(proof));
      proof = proved;
      if (proof?.right) return right(noteOf(tally, { expired: proof.expired }));
      const report = await engine.converge(work, deadline, options.isInForce);
      work = { ...work, uploads: report.uploads };
      if (report.state === 'failed') throw report.error;
      if (report.state === 'handed-over') return handedOn(options, work, 'hand-over', openOf(proof));
      if (report.state === 'rules-changed') return handedOn(options, work, report.state, openOf(proof));
      return await reported(options, work, tally, proof, report);
    } catch (error) {
      if (isSlowDown(error)) {
        await options.slowDown();
        if (attempt < TRIES && engine.now() < deadline - SCAN_KEY_MARGIN_MS) continue;
      }
      return failed(deps, work, openOf(proof), error);
    }
  }
}

const workOf = (
  { pair: { source, destination }, compare }: TreatOptions,
  { key }: KeyStacks,
  { rules }: KeyTally,
): Work => ({
  source,
  destination,
  key,
  rules: rules.rules,
  hints: [],
  clue: undefined,
  full: true,
  thorough: false,
  compare,
  // A scan finds out again which versions may be copied by now: tags change without an event.
  fresh: Number.POSITIVE_INFINITY,
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  uploads: [],
});

const right = (note: Note | undefined): Treated => ({
  stand: { kind: 'right', note },
  proved: true,
  again: false,
  deeds: {},
});

function copied(
  history: { written: readonly (string | undefined)[]; bytes: number; skipped: Report['skipped'] },
  tally: KeyTally,
): Treated {
  const note = noteOf(tally, { skipped: history.skipped.map(({ versionId }) => versionId) });
  if (history.written.length === 0) return right(note);
  const written = history.written.filter((id) => id !== undefined).toReversed();
  return {
    stand: { kind: 'right', note },
    proved: false,
    again: true,
    ...(written.length === history.written.length ? { expected: { written, note } } : {}),
    deeds: { copied: history.written.length, bytes: history.bytes },
  };
}

async function reported(
  { deps, last }: TreatOptions,
  work: Work,
  tally: KeyTally,
  proof: Proof | undefined,
  report: Extract<Report, { readonly state: 'done' | 'busy' | 'told' }>,
): Promise<Treated> {
  const { tasks, now } = deps.engine;
  const { copied: copies, marked, removed, retagged, bytes } = report;
  const deeds = { copied: copies, marked, removed, retagged, bytes };
  if (report.state !== 'done') {
    if (last) {
      const due = Math.min(now() + BUSY_MS, 'until' in report ? report.until : Number.POSITIVE_INFINITY);
      await tasks.defer(taskOf(work, 'taken', now()), due);
    }
    return {
      stand: { kind: 'pending', ...openOf(proof) },
      proved: false,
      again: true,
      deeds: last ? { ...deeds, deferred: 1 } : deeds,
      ...(last ? { cause: 'taken' } : {}),
    };
  }
  const { lookAgain } = report;
  // The second pass looks again anyway. But only a task records since when delete markers may be late ones of ours.
  if (lookAgain !== undefined && (last || marked > 0))
    await tasks.defer(taskOf({ ...work, since: lookAgain.since }, 'settle', now()), lookAgain.at);
  const skipped = report.skipped.map(({ versionId }) => versionId);
  const note = noteOf(tally, {
    skipped,
    expired: proof?.expired ?? [],
    outside: copies === 0 ? (proof?.missing ?? []).filter((id) => !skipped.includes(id)) : [],
  });
  const acted = copies + marked + removed > 0 || lookAgain !== undefined;
  // The target of a link may be written without any change to the link's own listing.
  const lasting = !report.skipped.some(({ reason }) => reason === 'dangling-link');
  return { stand: { kind: 'right', note }, proved: !acted && lasting, again: acted, deeds };
}

const openOf = (proof: Proof | undefined) => ({
  missing: proof === undefined ? undefined : new Set(proof.missing),
  expired: new Set(proof?.expired),
  oldest: proof?.oldest,
});

/** The run has to end, or the key alone needs more time than the run has. Then a task continues it. */
async function handedOn(
  { deps: { engine }, deadline }: TreatOptions,
  work: Work,
  halt: Ending['halt'],
  open: ReturnType<typeof openOf>,
): Promise<Treatment> {
  if (halt === 'rules-changed') return { stop: 'rules' };
  if (engine.now() >= deadline - SCAN_KEY_MARGIN_MS) return { stop: 'time' };
  const cause = 'HandOver';
  await engine.tasks.submit(taskOf(work, cause, engine.now()));
  return { stand: { kind: 'pending', ...open }, proved: false, again: true, deeds: { deferred: 1 }, cause };
}

/** Makes a task of a failure. If a request may still land, a second task looks when it no longer can. */
async function failed(
  { engine }: ScanDeps,
  work: Work,
  open: ReturnType<typeof openOf>,
  error: unknown,
): Promise<Treated> {
  const { deps, tasks, now } = engine;
  const why = whyOf(error);
  await tasks.defer(taskOf(work, why, now()), nextTry(work, 0, { ...deps, now: now() }));
  const unknown = error instanceof ServiceError && error.outcome === 'unknown';
  if (unknown) await tasks.defer(taskOf(work, 'settle', now()), now() + LANDING_MS + BUSY_MS);
  return { stand: { kind: 'failed', ...open }, proved: false, again: false, deeds: { deferred: 1 }, cause: why.cause };
}

/** Undefined when every version that a rule covers has its replica. */
function noteOf(
  { covered }: KeyTally,
  ids: { skipped?: readonly string[]; expired?: readonly string[]; outside?: readonly string[] },
): Note | undefined {
  const amountOf = (list: readonly string[] = []): Amount => {
    const named = new Set(list);
    const found = covered.filter(({ versionId }) => named.has(versionId));
    return [found.length, found.reduce((sum, { size }) => sum + size, 0)];
  };
  const note = { skipped: amountOf(ids.skipped), expired: amountOf(ids.expired), outside: amountOf(ids.outside) };
  return note.skipped[0] + note.expired[0] + note.outside[0] === 0 ? undefined : note;
}

/** The entry that the destination will list for this version. */
export const listedAs = (key: string, versionId: string): VersionEntry => ({
  key,
  versionId,
  isLatest: false,
  deleteMarker: false,
  lastModified: 0,
  etag: '',
  size: 0,
  storageClass: '',
});
