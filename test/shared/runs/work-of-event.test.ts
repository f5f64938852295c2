import { describe, expect, it } from 'vitest';
import { workOfEvent } from '../../../shared/runs/index.ts';
import type { ObjectEvent } from '../../../shared/scf/index.ts';
import { DESTINATION, SOURCE } from '../replication/decide/build.ts';
import { rule } from '../rules/sample.ts';

const TARGET = { source: SOURCE, destination: DESTINATION, key: 'a' };
const VERSION = 'MTg0NDUwNDQwNzM3MDk0MjgxNTk';
const VERSION_MICROS = 1_700_000_000_123_456;
const TIME = 1_700_000_000_000;

const eventWith = (change: Partial<ObjectEvent> = {}): ObjectEvent => ({
  type: 'created',
  name: 'cos:ObjectCreated:Put',
  place: SOURCE,
  key: 'a',
  versionId: undefined,
  etag: '"e"',
  size: 3,
  time: TIME,
  ...change,
});

describe('the work of an event', () => {
  it('names its version, and looks no deeper', () => {
    const work = workOfEvent(eventWith({ versionId: VERSION }), TARGET, [rule()]);
    expect(work).toMatchObject({
      ...TARGET,
      hints: [VERSION],
      full: false,
      thorough: false,
      floor: VERSION_MICROS,
      since: Number.POSITIVE_INFINITY,
    });
    expect(work.clue).toBeUndefined();
  });

  it('has ETag, size and time as its clue without a version ID', () => {
    const work = workOfEvent(eventWith(), TARGET, []);
    expect(work.hints).toEqual([]);
    expect(work.clue).toEqual({ etag: '"e"', size: 3, time: TIME });
  });

  it("without a version ID has its floor below the version, which was made up to two seconds before the event's time", () => {
    const { floor } = workOfEvent(eventWith(), TARGET, []);
    expect(floor).toBeLessThanOrEqual((TIME - 2000) * 1000);
    expect(floor).toBeGreaterThan((TIME - 60_000) * 1000);
  });

  it('without a time in the event or in its version ID looks at everything', () => {
    expect(workOfEvent(eventWith({ time: undefined }), TARGET, []).floor).toBe(0);
    expect(workOfEvent(eventWith({ versionId: 'null' }), TARGET, []).floor).toBe(0);
    expect(workOfEvent(eventWith({ time: 0 }), TARGET, []).floor).toBe(0);
  });

  it('on a delete marker or a restored version reads the listings', () => {
    expect(workOfEvent(eventWith({ type: 'marker' }), TARGET, []).full).toBe(true);
    expect(workOfEvent(eventWith({ type: 'restored' }), TARGET, []).full).toBe(true);
  });

  it("on a delete marker does not use the event's ETag and size", () => {
    expect(workOfEvent(eventWith({ type: 'marker' }), TARGET, []).clue).toEqual({
      etag: undefined,
      size: undefined,
      time: TIME,
    });
  });
});
