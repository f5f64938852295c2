import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Place } from '../../../shared/cos/index.ts';
import { REGION_SLACK_MS, RULES_NEW_MS } from '../../../shared/durations/index.ts';
import { createRuleStore } from '../../../shared/rules/index.ts';
import type { RuleSet, RuleStore, StoredRules } from '../../../shared/rules/index.ts';
import { cosError, createMemoryCos } from '../../functions/api/memory-cos.ts';
import type { MemoryCos } from '../../functions/api/memory-cos.ts';
import { ROLE, SOURCE, rule } from './sample.ts';

const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const OBJECT = 'crr-dev-gz-1250000000@ap-guangzhou/rules/source-1250000000';

let memory: MemoryCos;
let time: number;
let cosTime: number;
let store: RuleStore;

beforeEach(() => {
  memory = createMemoryCos(() => cosTime);
  time = 1_700_000_000_000;
  cosTime = time;
  store = createRuleStore({ cos: memory.cos, state: STATE, now: () => time });
});

const SET: RuleSet = { source: SOURCE, role: ROLE, rules: [rule({ storageClass: 'ARCHIVE' })], created: 1 };

/** The same with a document of one piece for each rule and one for the end. */
function stored(change: Partial<StoredRules> = {}): StoredRules {
  const set = { ...SET, ...change };
  return { xml: [...set.rules.map(({ id }) => `<R>${id}</R>\n`), '</a>'], ...set };
}

async function known(source: Place): Promise<RuleSet | undefined> {
  const both = store.getBoth(source);
  await both.fresh;
  return both.known;
}
const reads = () => memory.calls.filter((name) => name === 'getObject').length;

describe('createRuleStore', () => {
  it('returns the stored rules, and nothing after they are removed', async () => {
    await expect(known(SOURCE)).resolves.toBeUndefined();
    await store.put(stored());
    await expect(known(SOURCE)).resolves.toEqual(SET);
    expect([...memory.objects.keys()]).toEqual([OBJECT]);
    await store.remove(SOURCE);
    await expect(known(SOURCE)).resolves.toBeUndefined();
    await store.remove(SOURCE);
  });

  it('caches rules, and their absence, for ten seconds, and reads all the same', async () => {
    const change = (created: number) =>
      createRuleStore({ cos: memory.cos, state: STATE, now: () => time }).put(stored({ created }));
    await store.getBoth(SOURCE).fresh;
    await change(2);
    time += 9_999;
    const none = store.getBoth(SOURCE);
    expect(await Promise.all([none.known, none.fresh])).toEqual([undefined, { ...SET, created: 2 }]);
    await change(3);
    time += 9_999;
    expect(await known(SOURCE)).toEqual({ ...SET, created: 2 });
    time += 10_000;
    expect(await known(SOURCE)).toEqual({ ...SET, created: 3 });
    expect(reads()).toBe(4);
  });

  it('caches nothing that was read for another purpose', async () => {
    await store.getFresh(SOURCE);
    await store.getForUpdate(SOURCE);
    await store.getDocument(SOURCE);
    await createRuleStore({ cos: memory.cos, state: STATE, now: () => time }).put(stored());
    await expect(known(SOURCE)).resolves.toEqual(SET);
  });

  it('reads once for known and fresh rules where none are known, and once more for fresh ones', async () => {
    const first = store.getBoth(SOURCE);
    expect(await Promise.all([first.known, first.fresh])).toEqual([undefined, undefined]);
    expect(reads()).toBe(1);
    // By another instance.
    await createRuleStore({ cos: memory.cos, state: STATE, now: () => time }).put(stored());
    const second = store.getBoth(SOURCE);
    expect(await Promise.all([second.known, second.fresh])).toEqual([undefined, SET]);
    expect(reads()).toBe(2);
  });

  it('gives a time of COS for an update, which is not after the read', async () => {
    cosTime = 1_600_000_000_999;
    await expect(store.getForUpdate(SOURCE)).resolves.toEqual({
      previous: undefined,
      etag: undefined,
      date: 1_600_000_000_000,
    });
    await store.put(stored());
    memory.calls.length = 0;
    await expect(store.getForUpdate(SOURCE)).resolves.toEqual({
      previous: SET,
      etag: expect.any(String) as string,
      date: 1_600_000_000_000,
    });
    expect(memory.calls).toEqual(['headObject', 'getObject']);
  });

  it('does not cache a failure', async () => {
    memory.failures.set('getObject', cosError(STATE, 'InternalError', 500, true));
    await expect(known(SOURCE)).rejects.toThrow('InternalError');
    memory.failures.clear();
    await expect(known(SOURCE)).resolves.toBeUndefined();
  });

  it('drops its cache when a write fails, because it may have happened', async () => {
    await store.put(stored());
    await known(SOURCE);
    memory.failures.set('putObject', cosError(STATE, 'AnswerTimeout', 0, true));
    await expect(store.put(stored({ created: 2 }))).rejects.toThrow('AnswerTimeout');
    const before = reads();
    await known(SOURCE);
    expect(reads()).toBe(before + 1);
  });

  it('keeps the buckets of a deployment apart', async () => {
    const second = { bucket: 'second-1250000000', region: 'ap-guangzhou' };
    await store.put(stored());
    await expect(known(second)).resolves.toBeUndefined();
  });

  it('parses the same bytes once, and others again', async () => {
    await store.put(stored());
    const first = await store.getBoth(SOURCE).fresh;
    expect(await store.getBoth(SOURCE).fresh).toBe(first);
    await createRuleStore({ cos: memory.cos, state: STATE, now: () => time }).put(stored({ created: 2 }));
    expect(await store.getBoth(SOURCE).fresh).toEqual({ ...SET, created: 2 });
  });

  // P29
  it('shares one answer for half a second among events of objects that were written before it', async () => {
    await store.put(stored());
    cosTime = 1_600_000_010_000;
    await store.getBoth(SOURCE).fresh;
    const before = { reads: reads(), asked: time };
    const written = cosTime - REGION_SLACK_MS;
    time += RULES_NEW_MS - 1;
    expect(await store.getBoth(SOURCE, written).fresh).toEqual(SET);
    expect(store.getBoth(SOURCE, written).asked).toBe(before.asked);
    expect(reads()).toBe(before.reads);
    // The object may have been written after a rule that is not in the answer.
    await store.getBoth(SOURCE, written + 1).fresh;
    expect(reads()).toBe(before.reads + 1);
    time += RULES_NEW_MS;
    await store.getBoth(SOURCE, written).fresh;
    expect(reads()).toBe(before.reads + 2);
    // The time of the write is unknown.
    await store.getBoth(SOURCE).fresh;
    expect(reads()).toBe(before.reads + 3);
  });

  it('reads again where there were no rules, and while the answer has not come', async () => {
    await store.getBoth(SOURCE, 0).fresh;
    const both = [store.getBoth(SOURCE, 0), store.getBoth(SOURCE, 0)];
    await Promise.all(both.map(({ fresh }) => fresh));
    expect(reads()).toBe(3);
  });

  it('reads although the earlier request fails', async () => {
    await store.put(stored());
    memory.failures.set('getObject', cosError(STATE, 'InternalError', 500, true));
    const { fresh: failing } = store.getBoth(SOURCE);
    await Promise.resolve();
    memory.failures.clear();
    const next = store.getBoth(SOURCE);
    expect(await Promise.allSettled([failing, next.known, next.fresh])).toEqual([
      expect.objectContaining({ status: 'rejected' }),
      expect.objectContaining({ status: 'rejected' }),
      { status: 'fulfilled', value: SET },
    ]);
  });

  it('returns the document, line ends and all, and none where there is none', async () => {
    await expect(store.getDocument(SOURCE)).resolves.toBeUndefined();
    await store.put(stored({ xml: ['<a>\n"1"\u2028', '2</a>'], created: 7 }));
    await expect(store.getDocument(SOURCE)).resolves.toMatchObject({ xml: '<a>\n"1"\u20282</a>', created: 7 });
  });

  it('stores a thousand long and different rules, compressed', async () => {
    const rules = Array.from({ length: 1000 }, (_, n) =>
      rule({ id: `rule-${n}`, prefix: randomBytes(1500).toString('base64') }),
    );
    const xml = [...rules.map(({ id, prefix }) => `<Rule><ID>${id}</ID><Prefix>${prefix}</Prefix></Rule>`), '</a>'];
    await store.put({ ...SET, rules, xml });
    // Rule and text have the same content, and the second copy costs nothing.
    expect(memory.objects.get(OBJECT)?.length).toBeLessThan(1.1 * 1500 * 1000);
    await expect(known(SOURCE)).resolves.toEqual({ ...SET, rules });
    await expect(store.getDocument(SOURCE)).resolves.toMatchObject({ xml: xml.join(''), created: 1 });
  });

  const head = (change: object = {}) =>
    `${JSON.stringify({ source: SOURCE, role: ROLE, created: 1, rules: 1, ...change })}\n`;
  const line = (change: object = {}) => `${JSON.stringify({ ...rule(), ...change })}\n`;
  const whole = `${head()}"<a>"\n${line()}"</a>"\n`;

  it('stores lines that a person can read', async () => {
    memory.objects.set(OBJECT, Buffer.from(whole));
    await expect(known(SOURCE)).resolves.toEqual({ ...SET, rules: [rule()] });
    await expect(store.getDocument(SOURCE)).resolves.toMatchObject({ xml: '<a></a>', created: 1 });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{\n'],
    ['neither JSON nor packed', 'rules'],
    ['another shape', '{"rules":[]}\n'],
    ['the rules of another bucket', whole.replace('source-', 'b-')],
    ['a rule with a wrong field', head() + line({ existing: 'Some' })],
    ['fewer rules than it says', head({ rules: 2 }) + line()],
    ['more rules than it says', head() + line() + line()],
    ['a cut line', whole.slice(0, -1)],
    ['packed rules that are cut', gzipSync(whole).subarray(0, -9)],
    ['packed rules that unfold to far more', gzipSync('"'.repeat(40 * 1024 * 1024))],
  ])('throws on a damaged object: %s', async (_, content) => {
    memory.objects.set(OBJECT, Buffer.from(content));
    await expect(known(SOURCE)).rejects.toMatchObject({ code: 'InvalidRules', side: 'state' });
  });

  it.each([
    ['without its end', head() + line()],
    ['with a piece too many', `${whole}"x"\n`],
  ])('returns no document %s', async (_, content) => {
    memory.objects.set(OBJECT, Buffer.from(content));
    await expect(store.getDocument(SOURCE)).rejects.toMatchObject({ code: 'InvalidRules', side: 'state' });
  });
});
