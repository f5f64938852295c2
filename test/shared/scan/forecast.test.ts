import { describe, expect, it } from 'vitest';

import type { VersionEntry } from '../../../shared/cos/index.ts';
import type { Rule, RuleSet } from '../../../shared/rules/index.ts';
import { forecast, type Forecast } from '../../../shared/scan/index.ts';
import { documentRule, SOURCE } from '../rules/sample.ts';
import { entry, pagesOf } from './entries.ts';

const THIRD = { bucket: 'third-1250000000', region: 'ap-beijing' };
const STORED = Date.UTC(2026, 5, 1);
const AFTER = STORED + 1000;

const rule = (id: string, change: Partial<Rule> = {}): Rule => ({
  ...documentRule({ id, existing: 'All' }),
  start: STORED,
  deleteMarkersSince: 0,
  ...change,
});
const ruleSet = (...rules: Rule[]): RuleSet => ({ source: SOURCE, role: '', rules, created: STORED });

interface Options {
  readonly previous?: RuleSet;
  readonly size?: number;
  /** Pages for which one call has time; all, if missing. */
  readonly pages?: number;
  readonly from?: Forecast['next'];
}

/** `asked`: prefixes of the listings, in order. */
async function tell(rules: RuleSet, entries: readonly VersionEntry[], options: Options = {}) {
  const { size = 1000, pages = Number.POSITIVE_INFINITY } = options;
  const asked: (string | undefined)[] = [];
  // Not the storage core: the cases choose version IDs, classes and dates, which a core draws or refuses.
  const cos = {
    listVersions: (_: unknown, { prefix = '', keyMarker, versionIdMarker }: Parameters<Listing>[1]) => {
      asked.push(prefix);
      const found = entries.filter(({ key }) => key.startsWith(prefix));
      const marker = versionIdMarker === undefined ? {} : { versionIdMarker };
      return pagesOf(found, size)(keyMarker === undefined ? undefined : { keyMarker, ...marker });
    },
  };
  const told = await forecast({
    cos,
    ruleSet: rules,
    previous: options.previous,
    from: options.from,
    until: pages,
    now: () => asked.length,
  });
  return { ...told, asked };
}
type Listing = (place: unknown, query: { prefix?: string; keyMarker?: string; versionIdMarker?: string }) => unknown;

const sum = ({ rules }: Forecast['destinations'][number]) => Object.fromEntries(rules);
const skips = ({ skipped }: Forecast['destinations'][number]) =>
  Object.fromEntries([...skipped].map(([reason, { versions, deleteMarkers }]) => [reason, [versions, deleteMarkers]]));

describe('a forecast', () => {
  const history = [
    entry('a', '3', { size: 10 }),
    entry('a', '2', { size: 20 }),
    entry('b', '2', { deleteMarker: true, size: 0 }),
    entry('b', '1', { size: 5 }),
  ];

  it('counts versions, bytes, delete markers and the newest versions of keys', async () => {
    const { destinations, entries, next } = await tell(ruleSet(rule('all')), history);
    expect([entries, next]).toEqual([4, undefined]);
    expect(destinations.map(sum)).toEqual([{ all: { objects: 1, versions: 3, bytes: 35, deleteMarkers: 1 } }]);
  });

  it('of the newest versions alone leaves out older ones, and deleted objects', async () => {
    const [found] = (await tell(ruleSet(rule('now', { existing: 'Current', deleteMarkersSince: STORED })), history))
      .destinations;
    expect(found && sum(found)).toEqual({ now: { objects: 1, versions: 1, bytes: 10, deleteMarkers: 0 } });
    expect(found && skips(found)).toEqual({ 'before-start': [2, 1] });
  });

  it('says why versions are left out', async () => {
    const rules = ruleSet(
      rule('logs', { prefix: 'logs/', priority: 1, existing: undefined, deleteMarkersSince: STORED }),
      rule('live', { prefix: 'live/', priority: 2, deleteMarkers: false }),
    );
    const [found] = (
      await tell(rules, [
        entry('.replication-preflight/x', '1'),
        entry('lack', '1'),
        entry('live/a', '2', { deleteMarker: true, lastModified: AFTER }),
        entry('live/a', '1', { storageClass: 'DEEP_ARCHIVE' }),
        entry('logs/a', '2', { lastModified: AFTER }),
        entry('logs/a', '1'),
      ])
    ).destinations;
    // Only keys with the first letters of a rule's prefix are listed: "l".
    expect(found && skips(found)).toEqual({
      prefix: [1, 0],
      'delete-marker': [0, 1],
      archived: [1, 0],
      'before-start': [1, 0],
    });
    expect(found && sum(found)).toMatchObject({ logs: { objects: 1, versions: 1 }, live: { objects: 0, versions: 0 } });
  });

  it('lists no more than the prefixes of the rules, and nothing where none is enabled', async () => {
    const some = ruleSet(rule('a', { prefix: 'x/a/' }), rule('b', { prefix: 'x/b/', destination: THIRD }));
    expect((await tell(some, history)).asked).toEqual(['x/']);
    expect(await tell(ruleSet(rule('a', { enabled: false })), history)).toMatchObject({ asked: [], destinations: [] });
  });

  it('leaves out keys of the service itself', async () => {
    const [found] = (await tell(ruleSet(rule('all')), [entry('.replication-preflight/x', '1')])).destinations;
    expect(found && skips(found)).toEqual({ reserved: [1, 0] });
  });

  it('counts versions of the stored rules separately, at each destination', async () => {
    const previous = ruleSet(rule('all', { existing: undefined, start: 0 }));
    const rules = ruleSet(rule('all', { start: 0 }), rule('more', { destination: THIRD }));
    const [backup, third] = (await tell(rules, history, { previous })).destinations;
    expect(backup).toMatchObject({ already: { versions: 3, bytes: 35, deleteMarkers: 1 } });
    expect(backup && sum(backup)).toMatchObject({ all: { versions: 0, deleteMarkers: 0 } });
    expect(third && sum(third)).toMatchObject({ more: { versions: 3, deleteMarkers: 1 } });
    const off = ruleSet(rule('all', { enabled: false, start: 0 }));
    const [enabled] = (await tell(ruleSet(rule('all', { start: 0 })), history, { previous: off })).destinations;
    expect(enabled && sum(enabled)).toMatchObject({ all: { versions: 3 } });
  });

  it('counts versions separately that only tags decide about, and treats the next rule as certain', async () => {
    const tagged = rule('red', { priority: 1, tags: [['colour', 'red']], deleteMarkers: false });
    const [alone] = (await tell(ruleSet(tagged), history)).destinations;
    expect(alone).toMatchObject({ ifTagged: { versions: 3, bytes: 35, deleteMarkers: 0 } });
    expect(alone && skips(alone)).toEqual({ 'delete-marker': [0, 1] });
    const [both] = (await tell(ruleSet(tagged, rule('rest', { priority: 2 })), history)).destinations;
    expect(both).toMatchObject({ ifTagged: { versions: 0 } });
    expect(both && sum(both)).toMatchObject({ red: { versions: 0 }, rest: { versions: 3, deleteMarkers: 1 } });
    const [again] = (await tell(ruleSet(tagged), history, { previous: ruleSet(tagged) })).destinations;
    expect(again).toMatchObject({ ifTagged: { versions: 0 }, already: { versions: 3 } });
  });

  it('knows the parts of large objects', async () => {
    const large = [entry('a', '1', { size: 5 * 2 ** 30 }), entry('b', '1', { size: 5 * 2 ** 30 - 1 })];
    expect((await tell(ruleSet(rule('all')), large)).destinations[0]?.parts).toBe(256);
  });

  it.each([1, 2, 3, 5])('adds up over calls that end after a page of %i, even within a key', async (size) => {
    const many = ['a', 'b', 'c'].flatMap((key) => ['4', '3', '2', '1'].map((id) => entry(key, id, { size: 7 })));
    const parts: Forecast[] = [];
    let from: Forecast['next'];
    do {
      const part = await tell(ruleSet(rule('now', { existing: 'Current' })), many, { size, pages: 1, from });
      expect(part.asked).toHaveLength(1);
      parts.push(part);
      from = part.next;
    } while (from !== undefined);
    expect(parts).toHaveLength(Math.ceil(12 / size));
    const counted = parts.flatMap(({ destinations }) => destinations.map((one) => one.rules.get('now')));
    expect(counted.reduce((total, one) => total + (one?.objects ?? 0), 0)).toBe(3);
    expect(counted.reduce((total, one) => total + (one?.bytes ?? 0), 0)).toBe(21);
    expect(parts.reduce((total, { entries }) => total + entries, 0)).toBe(12);
  });
});
