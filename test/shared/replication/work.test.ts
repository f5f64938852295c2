import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CosError } from '../../../shared/cos/index.ts';
import { causeOf, taskOf, whyOf, workOfTasks } from '../../../shared/replication/index.ts';
import { encodeTask } from '../../../shared/tasks/documents.ts';
import type { Task } from '../../../shared/tasks/index.ts';
import { mintVersionId } from '../../cloud/cos/version-id.ts';
import { rule } from '../rules/sample.ts';
import { DESTINATION, SOURCE } from './decide/build.ts';

const TARGET = { source: SOURCE, destination: DESTINATION, key: 'a' };
const VERSION = 'MTg0NDUwNDQwNzM3MDk0MjgxNTk';
const VERSION_MICROS = 1_700_000_000_123_456;
const NOW = 1_800_000_000_000;

const taskWith = (change: Partial<Task> = {}): Task => ({
  ...TARGET,
  hints: [],
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  cause: 'taken',
  attempts: 0,
  first: NOW,
  ...change,
});

describe('the work of several tasks', () => {
  it('joins them all: all hints once, the least floor, the least since, a full look', () => {
    const tasks = [
      taskWith({ hints: ['a', 'b'], floor: 7, since: 9 }),
      taskWith({ hints: ['b', 'c'], floor: 5, since: Number.POSITIVE_INFINITY }),
    ];
    const rules = [rule()];
    expect(workOfTasks(tasks, TARGET, rules)).toMatchObject({
      ...TARGET,
      rules,
      hints: ['a', 'b', 'c'],
      clue: undefined,
      full: true,
      thorough: true,
      floor: 5,
      since: 9,
    });
  });

  it('names at most a thousand versions: the newest and the oldest, however often it is joined', () => {
    const id = (n: number): string => mintVersionId(VERSION_MICROS + n * 1000);
    const ids = Array.from({ length: 5000 }, (_, n) => id(n));
    const tasks = ids.map((hint, n) => taskWith({ hints: [hint], floor: 100 + n }));
    const work = workOfTasks(tasks.toReversed(), TARGET, []);
    expect(work.floor).toBe(100);
    expect(new Set(work.hints)).toEqual(new Set([id(0), ...ids.slice(-999)]));
    const next = workOfTasks([taskOf(work, 'AnswerTimeout', NOW), taskWith({ hints: ['null', id(5000)] })], TARGET, []);
    expect(new Set(next.hints)).toEqual(new Set([id(0), 'null', ...ids.slice(-997), id(5000)]));
    expect(encodeTask(taskOf(next, 'AnswerTimeout', NOW)).length).toBeLessThan(64 * 1024);
  });

  // P27
  it('never loses a fact that any of them knew', () => {
    const facts = fc.record({
      floor: fc.nat(),
      since: fc.oneof(fc.nat(), fc.constant(Number.POSITIVE_INFINITY)),
      hints: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 5 }), (all) => {
        const work = workOfTasks(all.map(taskWith), TARGET, []);
        for (const { floor, since, hints } of all) {
          expect(work.floor).toBeLessThanOrEqual(floor);
          expect(work.since).toBeLessThanOrEqual(since);
          expect(work.hints).toEqual(expect.arrayContaining(hints));
        }
      }),
    );
  });
});

describe('the rest of a piece of work', () => {
  const work = workOfTasks([taskWith({ hints: [VERSION], floor: VERSION_MICROS })], TARGET, [rule()]);

  it('has names only: no rule and no event', () => {
    const task = taskOf(work, 'taken', NOW);
    expect(task).toMatchObject(taskWith({ hints: [VERSION], floor: VERSION_MICROS }));
    expect(task).not.toHaveProperty('rules');
    expect(task).not.toHaveProperty('clue');
  });

  it('counts the runs that did not finish it, and keeps the time of the first deferral', () => {
    const earlier = [taskWith({ attempts: 2, first: NOW - 5 }), taskWith({ attempts: 0, first: NOW - 9 })];
    expect(taskOf(work, { cause: 'SlowDown' }, NOW, earlier)).toMatchObject({
      cause: 'SlowDown',
      attempts: 3,
      first: NOW - 9,
    });
  });

  it('has the code of the error as its cause and never its text', () => {
    const error = new CosError({ method: 'PUT', place: DESTINATION, key: 'secret' }, 'secret', { code: 'SlowDown' });
    expect(causeOf(error)).toBe('SlowDown');
    for (const other of [new TypeError('secret'), 'secret', undefined, null])
      expect(causeOf(other)).toBe('InternalError');
  });

  it('names the failed request, and its side where that is known', () => {
    const details = { code: 'AccessDenied', status: 403 } as const;
    const call = { method: 'GET', place: DESTINATION, key: 'secret', query: [['tagging', '']] } as const;
    const error = new CosError(call, 'secret', details);
    expect(whyOf(error)).toEqual({ cause: 'AccessDenied', failed: { request: 'GET object ?tagging' } });
    error.side = 'source';
    const task = taskOf(work, whyOf(error), NOW);
    expect(task.failed).toEqual({ request: 'GET object ?tagging', side: 'source' });
    expect(JSON.stringify(task.failed)).not.toContain('secret');
    expect(whyOf(new TypeError('secret'))).toEqual({ cause: 'InternalError' });
  });
});
