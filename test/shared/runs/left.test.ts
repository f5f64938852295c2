import { describe, expect, it } from 'vitest';
import { CosError, nodeHash as hash } from '../../../shared/cos/index.ts';
import { workOfTasks, type End, type Recheck, type Report } from '../../../shared/replication/index.ts';
import { whatIsLeft } from '../../../shared/runs/index.ts';
import { BUSY_MS, REGION_SLACK_MS } from '../../../shared/durations/index.ts';
import { nextTry, type Task, type Upload } from '../../../shared/tasks/index.ts';
import { DESTINATION, SOURCE } from '../replication/decide/build.ts';
import { rule } from '../rules/sample.ts';

const NOW = 1_800_000_000_000;
const TARGET = { source: SOURCE, destination: DESTINATION, key: 'a' };
const TASK: Task = {
  ...TARGET,
  hints: ['v'],
  floor: 7,
  since: Number.POSITIVE_INFINITY,
  cause: 'SlowDown',
  attempts: 3,
  first: NOW - 9,
  compare: true,
};
const WORK = workOfTasks([TASK], TARGET, [rule()]);
const ACCOUNT = { copied: 0, marked: 0, removed: 0, retagged: 0, bytes: 0, skipped: [], uploads: [] };
const REFUSED = new CosError({ method: 'PUT', place: DESTINATION, key: 'a' }, 'refused', { code: 'SlowDown' });

const ofEvent = (end: End) => whatIsLeft(WORK, { ...ACCOUNT, ...end }, { now: NOW, hash, earlier: [] });
const ofTask = (end: End) => whatIsLeft(WORK, { ...ACCOUNT, ...end }, { now: NOW, hash, earlier: [TASK] });

describe('a run that is done', () => {
  it('leaves nothing', () => {
    expect(ofEvent({ state: 'done' })).toBeUndefined();
    expect(ofTask({ state: 'done' })).toBeUndefined();
  });

  it('on young listings leaves a re-check, without the results of comparisons', () => {
    const lookAgain: Recheck = { at: NOW + 60_000, since: NOW - 5, floor: 3 };
    const left = ofTask({ state: 'done', lookAgain });
    expect(left).toMatchObject({ due: NOW + 60_000, task: { cause: 'settle', since: NOW - 5, floor: 3, attempts: 0 } });
    expect(left?.task.compare).toBeUndefined();
  });
});

describe('work that is not done', () => {
  it.each<[string, End, object, number | 'now', object, number | 'now']>([
    [
      'on a key that another run holds waits for its lease, a minute at most, and counts as no attempt',
      { state: 'busy', until: NOW + 5000 },
      { cause: 'taken', attempts: 0 },
      NOW + 5000,
      { cause: 'taken', attempts: 3 },
      NOW + 5000,
    ],
    [
      'on a key that is held for long is looked at after a minute',
      { state: 'busy', until: NOW + 500_000 },
      { cause: 'taken' },
      NOW + BUSY_MS,
      { cause: 'taken' },
      NOW + BUSY_MS,
    ],
    [
      'after progress continues at once',
      { state: 'handed-over', progress: true },
      { cause: 'HandOver', attempts: 0 },
      'now',
      { cause: 'HandOver', attempts: 3 },
      NOW + REGION_SLACK_MS,
    ],
    [
      'without progress waits longer each time, except before the first run with more time',
      { state: 'handed-over', progress: false },
      { cause: 'HandOver' },
      'now',
      { cause: 'NoProgress', attempts: 4 },
      nextTry(TARGET, 3, { hash, now: NOW }),
    ],
    [
      'under changed rules starts again under those in force',
      { state: 'rules-changed' },
      { cause: 'RulesChanged', attempts: 0 },
      NOW + BUSY_MS,
      { cause: 'RulesChanged', attempts: 3 },
      NOW + REGION_SLACK_MS,
    ],
    [
      'after an error is tried again, later each time',
      { state: 'failed', error: REFUSED },
      { cause: 'SlowDown', attempts: 0, failed: { request: 'PUT object' } },
      NOW + BUSY_MS,
      { cause: 'SlowDown', attempts: 4 },
      nextTry(TARGET, 3, { hash, now: NOW }),
    ],
    [
      // P44b
      'after an error, with a knock, is tried again soon, as deep as the knock asks, as one more attempt',
      { state: 'failed', error: REFUSED, knock: 5 },
      { cause: 'SlowDown', attempts: 0, floor: 5 },
      NOW + BUSY_MS,
      { cause: 'SlowDown', attempts: 4, floor: 5 },
      NOW + BUSY_MS,
    ],
  ])('%s', (_, end, eventTask, eventDue, task, due) => {
    expect(ofEvent(end)).toMatchObject({ task: eventTask, due: eventDue });
    expect(ofTask(end)).toMatchObject({ task, due });
    expect(ofTask(end)?.task.first).toBe(TASK.first);
  });

  it('names the uploads that are open now, and not earlier ones', () => {
    const upload: Upload = {
      uploadId: 'u',
      from: SOURCE,
      versionId: 'v',
      etag: '"e"',
      size: 1,
      partSize: 1,
      ref: 'v',
      base: null,
      attempt: '1-vu',
      terms: '',
    };
    const work = { ...WORK, uploads: [{ ...upload, uploadId: 'before' }] };
    const report: Report = { ...ACCOUNT, state: 'failed', error: REFUSED, uploads: [upload] };
    const left = whatIsLeft(work, report, { now: NOW, hash, earlier: [] });
    expect(left?.task.uploads).toEqual([upload]);
  });
});
