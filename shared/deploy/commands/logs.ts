import { DeployError } from '../error.ts';
import type { Scf } from '../cloud/scf.ts';
import { isMissing } from '../cloud/scf.ts';
import { notDeployed } from './invoke.ts';

/** Which runs are shown. */
export interface LogQuery {
  /** ms since 1970: runs that started earlier are left out. Undefined: none are. */
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
}

/** Runs of one answer, and answers of one command: what is older is for the log service. */
const PER_PAGE = 100;
const PAGES = 20;

/**
 * The last runs of a function, oldest first. Throws `DeployError` where the account's logs are in the log service (CLS)
 * only, which is so for functions without the older log delivery.
 */
export async function readLogs(scf: Scf, name: string, { since, text }: LogQuery = {}): Promise<string[]> {
  const shown: string[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const runs = await readPage(scf, name, page * PER_PAGE);
    for (const run of runs) {
      const started = timeOf(run.StartTime);
      if (since !== undefined && started !== undefined && started < since) return shown.toReversed();
      const heading = `${started === undefined ? run.StartTime : new Date(started).toISOString()} ${run.RequestId}`;
      const whole = `${heading}\n${run.Log.trimEnd()}`;
      if (text === undefined || whole.includes(text) || run.RetMsg?.includes(text)) shown.push(whole);
    }
    // Without a question only the last runs are of interest.
    if (runs.length < PER_PAGE || (since === undefined && text === undefined)) break;
  }
  return shown.toReversed();
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

/** The platform writes times of UTC+8 without saying so. Undefined for a text in another form. */
function timeOf(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}+08:00`);
  return Number.isNaN(time) ? undefined : time;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `30m`, `2h`, `1d` before now, or a time such as `2026-01-31T12:00:00Z`; ms since 1970. Throws `DeployError`. A time
 * without a zone is refused, because the platform and this computer may mean different ones.
 */
export function readStartTime(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new DeployError(
    `--startTime ${JSON.stringify(text)} is no time: write 30m, 2h or 1d for so long ago, or 2026-01-31T12:00:00Z.`,
    'BAD_START_TIME',
  );
}
