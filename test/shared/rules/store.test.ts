import { randomBytes } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { createRuleStore } from '../../../shared/rules/index.ts';
import type { RuleSet, RuleStore } from '../../../shared/rules/index.ts';
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

function ruleSet(change: Partial<RuleSet> = {}): RuleSet {
  return { source: SOURCE, role: ROLE, rules: [rule({ storageClass: 'ARCHIVE' })], xml: '<a/>', created: 1, ...change };
}

const reads = () => memory.calls.filter((name) => name === 'getObject').length;

describe('createRuleStore', () => {
  it('gives back what was put, and nothing after it is removed', async () => {
    await expect(store.get(SOURCE)).resolves.toBeUndefined();
    await store.put(ruleSet());
    await expect(store.get(SOURCE)).resolves.toEqual(ruleSet());
    expect([...memory.objects.keys()]).toEqual([OBJECT]);
    await store.remove(SOURCE);
    await expect(store.get(SOURCE)).resolves.toBeUndefined();
    await store.remove(SOURCE);
  });

  it('asks at most every ten seconds, for rules and for none', async () => {
    await store.get(SOURCE);
    time += 9_999;
    await store.get(SOURCE);
    expect(reads()).toBe(1);
    time += 1;
    await store.get(SOURCE);
    expect(reads()).toBe(2);
  });

  it('asks once for those who ask at the same time', async () => {
    await Promise.all([store.get(SOURCE), store.get(SOURCE), store.get(SOURCE)]);
    expect(reads()).toBe(1);
  });

  it('reads anew when fresh rules are wanted, also while a read is on its way', async () => {
    await Promise.all([store.get(SOURCE), store.getFresh(SOURCE)]);
    expect(reads()).toBe(2);
    await store.get(SOURCE);
    expect(reads()).toBe(2);
  });

  it('asks once for known and fresh rules where none are known, and once more for fresh ones', async () => {
    const first = store.getBoth(SOURCE);
    expect(await Promise.all([first.known, first.fresh])).toEqual([undefined, undefined]);
    expect(reads()).toBe(1);
    // By another instance.
    await createRuleStore({ cos: memory.cos, state: STATE, now: () => time }).put(ruleSet());
    const second = store.getBoth(SOURCE);
    expect(await Promise.all([second.known, second.fresh])).toEqual([undefined, ruleSet()]);
    expect(reads()).toBe(2);
  });

  it('names a time of COS for an update, which is not after what was read', async () => {
    cosTime = 1_600_000_000_999;
    await expect(store.getForUpdate(SOURCE)).resolves.toEqual({ previous: undefined, date: 1_600_000_000_000 });
    await store.put(ruleSet());
    memory.calls.length = 0;
    await expect(store.getForUpdate(SOURCE)).resolves.toEqual({ previous: ruleSet(), date: 1_600_000_000_000 });
    expect(memory.calls).toEqual(['headObject', 'getObject']);
  });

  it('does not remember a failure', async () => {
    memory.failures.set('getObject', cosError(STATE, 'InternalError', 500, true));
    await expect(store.get(SOURCE)).rejects.toThrow('InternalError');
    memory.failures.clear();
    await expect(store.get(SOURCE)).resolves.toBeUndefined();
  });

  it('forgets what it knew when a write fails, because it may have happened', async () => {
    await store.put(ruleSet());
    await store.get(SOURCE);
    memory.failures.set('putObject', cosError(STATE, 'AnswerTimeout', 0, true));
    await expect(store.put(ruleSet({ created: 2 }))).rejects.toThrow('AnswerTimeout');
    const before = reads();
    await store.get(SOURCE);
    expect(reads()).toBe(before + 1);
  });

  it('keeps the buckets of a deployment apart', async () => {
    const second = { bucket: 'second-1250000000', region: 'ap-guangzhou' };
    await store.put(ruleSet());
    await expect(store.get(second)).resolves.toBeUndefined();
  });

  it('stores a thousand long rules within the size of a state object', async () => {
    const rules = Array.from({ length: 1000 }, (_, n) =>
      rule({ id: `rule-${n}`, prefix: randomBytes(300).toString('hex') }),
    );
    const large = ruleSet({ rules, xml: rules.map(({ id, prefix }) => `<ID>${id}</ID><P>${prefix}</P>`).join('') });
    await store.put(large);
    expect(memory.objects.get(OBJECT)?.length).toBeLessThan(1024 * 1024);
    await expect(store.get(SOURCE)).resolves.toEqual(large);
  });

  it('refuses rules that could not be read back', async () => {
    const xml = randomBytes(2 * 1024 * 1024).toString('base64');
    await expect(store.put(ruleSet({ xml }))).rejects.toMatchObject({ code: 'XMLSizeLimit', status: 400 });
    expect(memory.objects.size).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['neither JSON nor packed', 'rules'],
    ['another shape', '{"rules":[]}'],
    ['the rules of another bucket', JSON.stringify(ruleSet({ source: { bucket: 'b-1250000000', region: 'ap-x' } }))],
    ['a rule with a wrong field', JSON.stringify({ ...ruleSet(), rules: [{ ...rule(), existing: 'Some' }] })],
  ])('throws on a damaged object: %s', async (_, text) => {
    memory.objects.set(OBJECT, Buffer.from(text));
    await expect(store.get(SOURCE)).rejects.toMatchObject({ code: 'InvalidState', side: 'state' });
  });
});
