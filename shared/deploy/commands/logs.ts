import { DeployError } from '../error.ts';
import type { Scf } from '../cloud/scf.ts';
import { isMissing } from '../cloud/scf.ts';
import { notDeployed } from './invoke.ts';

/** The choice of runs to show. */
export interface LogQuery {
  /** ms since 1970: runs that started earlier are left out; undefined: none are. */
  readonly since?: number | undefined;
  /** Only runs whose log, answer or request ID holds this text. */
  readonly text?: string | undefined;
}

interface LoggedRun {
  readonly RequestId: string;
  readonly StartTime: string;
  readonly Log: string;
  readonly RetMsg?: string;
  readonly RetCode?: number;
  /** ms */
  readonly Duration?: number;
  /** Bytes. */
  readonly MemUsage?: number;
}

/** Runs in one answer, and the most answers that one command reads. Older runs are in the log service. */
const PER_PAGE = 100;
const PAGES = 20;

/** One run in the platform's log. */
export interface Run {
  readonly requestId: string;
  /** ms since 1970; undefined when the platform wrote it in another form. */
  readonly started: number | undefined;
  /** Heading and log for a person. */
  readonly text: string;
  readonly log: string;
  readonly answer: string;
  readonly failed: boolean;
  readonly durationMs: number | undefined;
  readonly memoryBytes: number | undefined;
}

/**
 * The runs of a function that started at `since` or later, newest first. `more` comes last when there are further runs.
 * Throws `DeployError` when the account's logs are only in the log service (CLS), as for functions without the older
 * log delivery.
 */
export async function* eachRun(scf: Scf, name: string, since: number | undefined): AsyncGenerator<Run | 'more'> {
  for (let page = 0; page < PAGES; page += 1) {
    const logged = await readPage(scf, name, page * PER_PAGE);
    for (const run of logged.map(runOf)) {
      if (since !== undefined && run.started !== undefined && run.started < since) return;
      yield run;
    }
    if (logged.length < PER_PAGE) return;
  }
  yield 'more';
}

function runOf({ RequestId, StartTime, Log, RetMsg = '', RetCode = 0, Duration, MemUsage }: LoggedRun): Run {
  const started = timeOf(StartTime);
  const heading = `${started === undefined ? StartTime : new Date(started).toISOString()} ${RequestId}`;
  return {
    requestId: RequestId,
    started,
    text: `${heading}\n${Log.trimEnd()}`,
    log: Log,
    answer: RetMsg,
    failed: RetCode !== 0,
    durationMs: Duration,
    memoryBytes: MemUsage,
  };
}

const fits = (run: Run, { text }: LogQuery): boolean =>
  text === undefined || run.text.includes(text) || run.answer.includes(text);

/** The last runs of a function, oldest first. Throws like `eachRun`. */
export async function readLogs(scf: Scf, name: string, query: LogQuery = {}): Promise<string[]> {
  const shown: string[] = [];
  // Without a time or text only the last runs are wanted.
  const most = query.since === undefined && query.text === undefined ? PER_PAGE : Number.POSITIVE_INFINITY;
  for await (const run of eachRun(scf, name, query.since)) {
    if (run === 'more') break;
    if (fits(run, query)) shown.push(run.text);
    if (shown.length >= most) break;
  }
  return shown.toReversed();
}

/** Earlier runs that `tailLogs` shows first, unless a time was given. */
const BEFORE = 10;
/** ms by which the log of an earlier run may appear after that of a later one. */
const LATE = 120_000;

/** Shows the last runs, and each further one once its log appears, until it is stopped. Throws like `eachRun`. */
export async function tailLogs(
  scf: Scf,
  name: string,
  query: LogQuery,
  {
    print,
    pause,
    isOver,
  }: { readonly print: (text: string) => void; readonly pause: () => Promise<void>; readonly isOver: () => boolean },
): Promise<void> {
  const seen = new Map<string, number>();
  let since = query.since;
  for (let first = true; !isOver(); first = false) {
    const fresh: Run[] = [];
    for await (const run of eachRun(scf, name, since)) {
      if (run === 'more' || (first && query.since === undefined && fresh.length >= BEFORE)) break;
      if (!seen.has(run.requestId)) fresh.push(run);
    }
    // Runs that are older than the first ones shown are never shown.
    if (first) since ??= fresh.at(-1)?.started;
    for (const run of fresh.toReversed()) {
      seen.set(run.requestId, run.started ?? 0);
      if (fits(run, query)) print(run.text);
    }
    // The set of known runs must not grow for ever.
    const newest = Math.max(...seen.values());
    if (seen.size > 0) since = Math.max(since ?? 0, newest - LATE);
    for (const [id, started] of seen) if (started < (since ?? 0)) seen.delete(id);
    await pause();
  }
}

const SHORTEST_INTERVAL = 500;

/** ms between two requests; 2 s by default. Throws `DeployError`. */
export function readInterval(text: string | undefined): number {
  if (text === undefined) return 2000;
  if (/^\d{3,6}$/.test(text) && Number(text) >= SHORTEST_INTERVAL) return Number(text);
  throw new DeployError(`--interval takes milliseconds from ${SHORTEST_INTERVAL}, not "${text}".`, 'BAD_INTERVAL');
}

async function readPage(scf: Scf, name: string, offset: number): Promise<readonly LoggedRun[]> {
  const query = { Offset: offset, Limit: PER_PAGE, Order: 'desc', OrderBy: 'start_time' };
  try {
    const { Data } = await scf.call<{ Data?: readonly LoggedRun[] | null }>('GetFunctionLogs', name, query);
    return Data ?? [];
  } catch (error) {
    if (isMissing(error)) throw notDeployed(name, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeployError(
      `SCF gives no logs of ${name}: ${reason}. Look in the log service: SCF console, the function's page, Log query.`,
      'NO_LOGS',
      error,
    );
  }
}

/** The platform writes times in UTC+8 without saying so. Undefined for a text in another form. */
function timeOf(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}+08:00`);
  return Number.isNaN(time) ? undefined : time;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `30m`, `2h`, `1d` before now, or a time such as `2026-01-31T12:00:00Z`; ms since 1970. Throws `DeployError`. A time
 * without a zone is refused, because the platform and this computer may read it differently.
 */
export function readStartTime(text: string | undefined, now: number, option = '--startTime'): number | undefined {
  if (text === undefined) return undefined;
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new DeployError(
    `${option} ${JSON.stringify(text)} is not a time: write 30m, 2h or 1d for a time before now, or 2026-01-31T12:00:00Z.`,
    'BAD_START_TIME',
  );
}
