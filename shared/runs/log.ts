import { formatPlace } from '../cos/index.ts';
import type { Report, Work } from '../replication/index.ts';
import type { Run } from '../scf/index.ts';
import { hasFailed, type Task } from '../tasks/index.ts';
import type { Left } from './left.ts';

/** What a run says of its end. */
export function logEnd(run: Run, work: Work, report: Report, left: Left | undefined): void {
  if (report.state === 'done' || report.state === 'busy') logReport(run, work, report);
  else if (left !== undefined) logFailure(run, left.task);
}

/** One line per key and destination, so that an object can be followed through the logs of the functions. */
function logReport(run: Run, work: Work, report: Report): void {
  const { key, destination, hints } = work;
  const { state, copied, marked, removed, retagged, bytes, skipped } = report;
  const message = state === 'busy' ? 'taken by another run' : 'up to date';
  const about = { key, destination: formatPlace(destination), versionIds: hints };
  const done = { copied, deleteMarkers: marked, removed, ...(retagged === 0 ? {} : { retagged }), bytes };
  run.log({ level: 'info', message, ...about, ...done, ...(skipped.length === 0 ? {} : { skipped }) });
}

/**
 * What a run could not do and left to a task. The run itself succeeds, so this line is what an alarm has to watch: its level
 * is `error`, unless the work was only handed over.
 */
function logFailure(run: Run, task: Task): void {
  const { key, destination, hints, cause, failed, attempts } = task;
  const about = { key, destination: formatPlace(destination), versionIds: hints, cause, ...failed, attempts };
  run.log({ level: hasFailed(task) ? 'error' : 'info', message: 'left to a task', ...about });
}
