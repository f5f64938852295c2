import { formatPlace } from '../cos/index.ts';
import type { Report, Work } from '../replication/index.ts';
import type { Run } from '../scf/index.ts';
import { hasFailed, type Task } from '../tasks/index.ts';
import type { Left } from './left.ts';

/** Logs the end of a run. */
export function logEnd(run: Run, work: Work, report: Report, left: Left | undefined): void {
  const message = MESSAGES[report.state];
  if (message !== undefined) logReport(run, work, report, message);
  else if (left !== undefined) logFailure(run, left.task);
}

/** The most version IDs in one line: after failures a task may name a thousand. */
const MOST_LOGGED = 20;

/** Messages for ends that leave no unrecorded work. */
const MESSAGES: Readonly<Partial<Record<Report['state'], string>>> = {
  done: 'up to date',
  busy: 'taken by another run',
  told: 'taken by another run, which looks once more',
};

const subjectOf = ({ key, destination, hints }: Pick<Work, 'key' | 'destination' | 'hints'>) => ({
  key,
  destination: formatPlace(destination),
  versionIds: hints.slice(0, MOST_LOGGED),
});

/** One line per key and destination, so that an object can be followed through the logs of the functions. */
function logReport(run: Run, work: Work, report: Report, message: string): void {
  const { copied, marked, removed, retagged, bytes, skipped } = report;
  const done = { copied, deleteMarkers: marked, removed, ...(retagged === 0 ? {} : { retagged }), bytes };
  run.log({ level: 'info', message, ...subjectOf(work), ...done, ...(skipped.length === 0 ? {} : { skipped }) });
}

/**
 * Work that a run could not do and left to a task. The run itself succeeds, so this is the line that an alarm has to
 * watch: its level is `error`, unless the work was only handed over.
 */
function logFailure(run: Run, task: Task): void {
  const { cause, failed, attempts } = task;
  const about = { ...subjectOf(task), cause, ...failed, attempts };
  run.log({ level: hasFailed(task) ? 'error' : 'info', message: 'left to a task', ...about });
}
