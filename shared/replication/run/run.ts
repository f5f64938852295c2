import type { Place } from '../../cos/index.ts';
import type { Leases } from '../../tasks/index.ts';
import { MarkBook } from '../deletion-records.ts';
import { Passed } from './passed.ts';
import type { EngineDeps } from '../settings.ts';
import type { StackItem, Work } from '../types.ts';
import type { Halt } from '../halt.ts';
import { runTime, type RunBase } from './base.ts';
import type { Copy, Written } from './copy-job.ts';
import { DeedLog, type Deeds } from './deeds.ts';
import { createGate, type Gate } from './gate.ts';
import { Heads, type DestinationClock } from './heads.ts';
import { Hold } from './hold.ts';
import { OpenUploads } from './open-uploads.ts';
import { VerdictLog, type Verdicts } from './verdicts.ts';

/**
 * All that one run knows about one key. Only functions that begin a run take all of it; the others name with `Needs`
 * the parts that they use. `deeds` and `verdicts` are for reading; `deedLog` and `verdictLog` are the same objects for
 * writing.
 */
export interface KeyRun extends RunBase {
  readonly heads: Heads;
  readonly gate: Gate;
  readonly hold: Hold;
  readonly books: Books;
  readonly deeds: Deeds;
  readonly deedLog: DeedLog;
  readonly verdicts: Verdicts;
  readonly verdictLog: VerdictLog;
  readonly passed: Passed;
  readonly uploads: OpenUploads;
  readonly memory: Memory;
  /** Undefined: large objects are left to a run that has it. */
  readonly inParts: PartsCopier | undefined;
}

/** Copies an object in parts. Only the `task` function has the time and the code for that. */
export type PartsCopier = (
  run: Needs<'deps' | 'work' | 'time' | 'gate' | 'uploads'>,
  job: Copy,
) => Promise<Written | Halt>;

/** The parts of a run that a function reads or writes. */
export type Needs<K extends keyof KeyRun> = Pick<KeyRun, K>;

/** Records of our delete markers, for the sides that are both source and destination. */
export interface Books {
  readonly source: MarkBook | undefined;
  readonly destination: MarkBook | undefined;
}

/** Answers that cannot change, so that one HEAD is enough. They save requests and decide nothing. */
export interface Memory {
  /** Versions of the destination, by version ID and ETag. */
  readonly items: Map<string, StackItem>;
  /** Attempts of versions at the source, by the ID of their reference. */
  readonly sourceAttempts: Map<string, string | undefined>;
}

export interface RunOptions {
  /** ms since 1970: no step is begun later. */
  readonly stop: number;
  /** Whether the rules of the work are still those that are stored; asked before each write. */
  readonly isInForce?: (() => Promise<boolean>) | undefined;
  readonly clock?: DestinationClock;
  /** Undefined: the run has no lease. */
  readonly leases?: Leases | undefined;
  readonly inParts?: PartsCopier | undefined;
}

export function createRun(
  deps: EngineDeps,
  work: Work,
  { stop, isInForce, clock, leases, inParts }: RunOptions,
): KeyRun {
  const base: RunBase = { deps, work, time: runTime(stop, () => deps.now()) };
  const [deedLog, verdictLog] = [new DeedLog(), new VerdictLog()];
  const bookAt = (state: Place | undefined) => (state === undefined ? undefined : new MarkBook(deps, state));
  const { settings } = deps;
  return {
    ...base,
    heads: new Heads(base, clock),
    hold: new Hold(deps, work, leases),
    gate: createGate(base, isInForce ?? (() => Promise.resolve(true))),
    books: {
      source: bookAt(settings.sharedWith(work.source)),
      destination: bookAt(settings.sharedWith(work.destination)),
    },
    deeds: deedLog,
    deedLog,
    verdicts: verdictLog,
    verdictLog,
    passed: new Passed(deps, work, String(settings.metadataLimit)),
    uploads: new OpenUploads(work.uploads),
    memory: { items: new Map(), sourceAttempts: new Map() },
    inParts,
  };
}

/** A number that grows with everything that this run has done or found out for good. */
export function progressOf({ deeds, verdicts, passed }: Needs<'deeds' | 'verdicts' | 'passed'>): number {
  const { copied, marked, removed, retagged } = deeds.counts;
  return copied + marked + removed + retagged + verdicts.excluded.size - passed.unread.size;
}
