import { beforeEach, describe, expect, it } from 'vitest';

import { candidatesFor, governingRule } from '../../../shared/rules/index.ts';
import type { RuleSet, ScopeEntry } from '../../../shared/rules/index.ts';
import { DESTINATION, configuration } from '../../shared/rules/sample.ts';
import { NOW, SOURCE, createBench, errorOf } from './bench.ts';
import type { Bench } from './bench.ts';

/** The README's promises about the rule document, sentence by sentence, from the PUT to the decision of the engine. */

const THIRD = DESTINATION.replace('backup', 'third');
const base = (id: string, more = '', destination = DESTINATION) =>
  `<ID>${id}</ID><Status>Enabled</Status>${more}${destination}`;
const switched = (name: string, status: string, more = '') => `<${name}><Status>${status}</Status>${more}</${name}>`;

let bench: Bench;

beforeEach(async () => {
  bench = await createBench({ destinations: ['backup', 'third'] });
});

async function stored(...rules: string[]): Promise<RuleSet> {
  const answer = await bench.call({ method: 'PUT', body: configuration(...rules) });
  if (answer.statusCode !== 200) throw new Error(errorOf(answer).message);
  const ruleSet = await bench.rules.getFresh(SOURCE);
  if (ruleSet === undefined) throw new Error('Nothing is stored.');
  return ruleSet;
}

/** Names of the rules that would replicate this entry, by destination. */
function governing(ruleSet: RuleSet, key: string, entry: Partial<ScopeEntry> = {}): string[] {
  const whole = { time: NOW, tags: [], deleteMarker: false, ...entry };
  return candidatesFor(ruleSet, key).flatMap(({ rules }) => governingRule(rules, whole)?.id ?? []);
}

describe('the document', () => {
  it('is returned as sent, with only an ID added; DeleteMarkerReplication is never added', async () => {
    const odd = `<Destination><StorageClass>Standard</StorageClass>${DESTINATION.slice(13, -14)}</Destination><Prefix/><Status>Enabled</Status>`;
    const [filled] = (await stored(odd, base('b', '', THIRD))).rules;
    expect(filled?.id).toMatch(/^rule-[0-9a-f]+$/);
    expect((await bench.call({ method: 'GET' })).body).toBe(
      configuration(`<ID>${filled?.id}</ID>${odd}`, base('b', '', THIRD)),
    );
  });

  it('replicates delete markers by default', async () => {
    const marker = { deleteMarker: true };
    expect(governing(await stored(base('a')), 'k', marker)).toEqual(['a']);
    const off = switched('DeleteMarkerReplication', 'Disabled');
    expect(governing(await stored(base('b', off)), 'k', marker)).toEqual([]);
  });

  it('covers existing objects only on request: all versions, or the current ones', async () => {
    const old = { time: NOW - 1000, current: false };
    const existing = (more: string) => base('a', switched('ExistingObjectReplication', 'Enabled', more));
    expect(governing(await stored(base('a')), 'k', old)).toEqual([]);
    await bench.call({ method: 'DELETE' });
    expect(governing(await stored(existing('')), 'k', old)).toEqual(['a']);
    expect(governing(await stored(existing('<Versions>Current</Versions>')), 'k', old)).toEqual([]);
    expect(governing(await stored(existing('<Versions>Current</Versions>')), 'k', { ...old, current: true })).toEqual([
      'a',
    ]);
  });

  it('copies no ACL by default', async () => {
    const acl = async (text: string) => (await stored(base('a', text))).rules[0]?.replicaAcl;
    expect(await acl('')).toBe(false);
    expect(await acl(switched('ReplicaAcl', 'Disabled'))).toBe(false);
    expect(await acl(switched('ReplicaAcl', 'Enabled'))).toBe(true);
  });

  it('may ask for a time, which is returned', async () => {
    const time = switched('ReplicationTime', 'Enabled', '<Time><Minutes>15</Minutes></Time>');
    await stored(base('a', time));
    expect((await bench.call({ method: 'GET' })).body).toContain(time);
  });

  it('with an unknown element is refused, and never stored without it', async () => {
    const answer = await bench.call({ method: 'PUT', body: configuration(base('a', '<Metrics/>')) });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect((await bench.call({ method: 'GET' })).statusCode).toBe(404);
  });
});

describe('several rules', () => {
  it('with different destinations all apply', async () => {
    expect(governing(await stored(base('a'), base('b', '', THIRD)), 'k')).toEqual(['a', 'b']);
  });

  it('for one destination: the smallest priority wins, in any order of the document', async () => {
    const [first, second] = ['<Priority>1</Priority>', '<Priority>2</Priority>'];
    expect(governing(await stored(base('a', second), base('b', first)), 'k')).toEqual(['b']);
    expect(governing(await stored(base('c', first), base('d', second)), 'k')).toEqual(['c']);
  });

  it('for one destination: the winning rule decides about delete markers, too', async () => {
    const off = switched('DeleteMarkerReplication', 'Disabled');
    const ruleSet = await stored(
      base('logs', `<Priority>1</Priority><Prefix>logs/</Prefix>${off}`),
      base('all', '<Priority>2</Priority>'),
    );
    expect(governing(ruleSet, 'logs/1', { deleteMarker: true })).toEqual([]);
    expect(governing(ruleSet, 'other', { deleteMarker: true })).toEqual(['all']);
  });

  it('of all kinds work side by side', async () => {
    const tag = '<Filter><And><Prefix>t/</Prefix><Tag><Key>x</Key><Value>1</Value></Tag></And></Filter>';
    const ruleSet = await stored(
      base('plain', '<Priority>7</Priority><Prefix>p/</Prefix>'),
      base('filter', '<Priority>6</Priority><Filter><Prefix>f/</Prefix></Filter>'),
      base('tag', `<Priority>5</Priority>${tag}`),
    );
    const tags = [['x', '1']] as const;
    expect(['p/1', 'f/1', 't/1', 'q'].map((key) => governing(ruleSet, key, { tags }))).toEqual([
      ['plain'],
      ['filter'],
      ['tag'],
      [],
    ]);
    expect(governing(ruleSet, 't/1')).toEqual([]);
    expect(governing(ruleSet, 't/1', { tags, deleteMarker: true })).toEqual([]);
  });

  it('with different destinations also need a Priority where the deployment is set to demand it', async () => {
    bench = await createBench({ destinations: ['backup', 'third'], cautious: ['overlap'] });
    const answer = await bench.call({ method: 'PUT', body: configuration(base('a'), base('b', '', THIRD)) });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('with one ID are refused', async () => {
    const answer = await bench.call({ method: 'PUT', body: configuration(base('a'), base('a', '', THIRD)) });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('the start of a rule', () => {
  it('is the second in which it is first stored', async () => {
    bench.time = NOW + 700;
    const ruleSet = await stored(base('a'));
    expect(governing(ruleSet, 'k', { time: NOW })).toEqual(['a']);
    expect(governing(ruleSet, 'k', { time: NOW - 1 })).toEqual([]);
  });

  it.each([
    ['named', 'a'],
    ['nameless', ''],
  ])('stays while ID, filter and destination of a %s rule stay', async (_, id) => {
    await stored(base(id));
    bench.time = NOW + 3_600_000;
    const kept = await stored(base(id, '<Priority>9</Priority>'));
    expect(kept.rules[0]?.start).toBe(NOW);
    const moved = await stored(base(id, '', THIRD));
    expect(moved.rules[0]?.start).toBe(NOW + 3_600_000);
    const filtered = await stored(base(id, '<Prefix>x</Prefix>', THIRD));
    expect(filtered.rules[0]?.start).toBe(NOW + 3_600_000);
  });

  it('covers writes while it was disabled, once it is enabled', async () => {
    const off = base('a').replace('Enabled', 'Disabled');
    expect(governing(await stored(off), 'k', { time: NOW + 1000 })).toEqual([]);
    bench.time = NOW + 5000;
    expect(governing(await stored(base('a')), 'k', { time: NOW + 1000 })).toEqual(['a']);
  });
});
