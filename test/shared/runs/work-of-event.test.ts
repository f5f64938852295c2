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

describe('the work an event asks for', () => {
  it('names the version it speaks of, and looks no deeper', () => {
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

  it('an event without a version ID has ETag, size and time as its clue', () => {
    const work = workOfEvent(eventWith(), TARGET, []);
    expect(work.hints).toEqual([]);
    expect(work.clue).toEqual({ etag: '"e"', size: 3, time: TIME });
  });

  it('the floor lies below the version an unnamed event speaks of, made up to two seconds before its time', () => {
    const { floor } = workOfEvent(eventWith(), TARGET, []);
    expect(floor).toBeLessThanOrEqual((TIME - 2000) * 1000);
    expect(floor).toBeGreaterThan((TIME - 60_000) * 1000);
  });

  it('without a time, and with a version ID that holds none, everything is looked at', () => {
    expect(workOfEvent(eventWith({ time: undefined }), TARGET, []).floor).toBe(0);
    expect(workOfEvent(eventWith({ versionId: 'null' }), TARGET, []).floor).toBe(0);
    expect(workOfEvent(eventWith({ time: 0 }), TARGET, []).floor).toBe(0);
  });

  it('a delete marker and a restored version are looked for in the listings', () => {
    expect(workOfEvent(eventWith({ type: 'marker' }), TARGET, []).full).toBe(true);
    expect(workOfEvent(eventWith({ type: 'restored' }), TARGET, []).full).toBe(true);
  });

  it('the ETag and size of a delete marker event are not those of a version', () => {
    expect(workOfEvent(eventWith({ type: 'marker' }), TARGET, []).clue).toEqual({
      etag: undefined,
      size: undefined,
      time: TIME,
    });
  });
});
