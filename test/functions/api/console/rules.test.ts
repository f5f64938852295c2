import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { ApiError } from '../../../../functions/api/console/client/error.ts';
import { applyChange, compareDocuments, readDocument } from '../../../../functions/api/console/rules/document.ts';
import { changeRules } from '../../../../functions/api/console/rules/change.ts';
import { checkRule, freshPriority, numberOthers } from '../../../../functions/api/console/rules/check.ts';
import { NEW_RULE, otherElements, readFields } from '../../../../functions/api/console/rules/fields.ts';
import type { RuleFields } from '../../../../functions/api/console/rules/fields.ts';
import { switchRule, writeRule } from '../../../../functions/api/console/rules/write.ts';
import { parseRules } from '../../../../shared/rules/index.ts';
import { readXml, writeXml } from '../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';

const ROLE = 'qcs::cam::uin/100000000001:uin/100000000001';
const BACKUP = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const SOURCE = 'source-1250000000';
const DESTINATION = '<Destination><Bucket>qcs::cos:ap-shanghai::backup-1250000000</Bucket></Destination>';

/** Every element, in an unusual order. */
const FULL = `<Rule><ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>
<ID>every &amp; &lt;element&gt;</ID><Status>Enabled</Status><Priority>7</Priority>
<Filter><And><Prefix>größe/&amp;</Prefix><Tag><Key>team</Key><Value>a</Value></Tag></And></Filter>
<Destination><Bucket>qcs::cos:ap-shanghai::backup-1250000000</Bucket><StorageClass>Standard_IA</StorageClass>
<EncryptionConfiguration><ReplicaKmsKeyID>kms-1</ReplicaKmsKeyID></EncryptionConfiguration></Destination>
<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>
<ExistingObjectReplication><Status>Enabled</Status><Versions>Current</Versions></ExistingObjectReplication>
<ReplicaAcl><Status>Enabled</Status></ReplicaAcl></Rule>`;

const documentOf = (...rules: string[]) =>
  readDocument(readXml(`<ReplicationConfiguration><Role>${ROLE}</Role>${rules.join('')}</ReplicationConfiguration>`));
const ruleOf = (id: string, more = '<Prefix/>') =>
  `<Rule><ID>${id}</ID><Status>Enabled</Status>${more}${DESTINATION}</Rule>`;
const first = (xml: string): XmlElement => readXml(xml);
const around = (others: readonly RuleFields[] = [], before?: RuleFields) => ({
  bucket: SOURCE,
  deployment: { destinations: [{ ...BACKUP, versioning: 'Enabled' as const }] },
  others,
  before,
});
const errorsOf = (fields: RuleFields, others: readonly RuleFields[] = []) =>
  checkRule(fields, around(others))
    .filter(({ level }) => level === 'error')
    .map(({ text }) => text);

describe('a rule on the console page', () => {
  it('is read with everything that the page shows', () => {
    expect(readFields(first(FULL))).toEqual({
      id: 'every & <element>',
      enabled: true,
      priority: '7',
      prefix: 'größe/&',
      tags: [['team', 'a']],
      ...BACKUP,
      storageClass: 'STANDARD_IA',
      kmsKeyId: 'kms-1',
      kmsObjects: true,
      deleteMarkers: false,
      existing: 'Current',
      replicaAcl: true,
    });
    expect(otherElements(first(FULL))).toEqual(['ReplicationTime']);
  });

  it('is written back unchanged to the letter when nothing was changed', () => {
    const before = first(FULL);
    expect(writeXml(writeRule(before, readFields(before)))).toBe(writeXml(before));
  });

  it('keeps every other element, its place and its spelling when one element was changed', () => {
    const before = first(FULL);
    const after = writeXml(writeRule(before, { ...readFields(before), storageClass: 'ARCHIVE' }));
    expect(after).toBe(writeXml(before).replace('Standard_IA', 'ARCHIVE'));
    expect(writeXml(switchRule(before, false))).toBe(
      writeXml(before).replace('<Status>Enabled</Status><Priority>', '<Status>Disabled</Status><Priority>'),
    );
  });

  it('reads the older spellings of a destination and keeps them', () => {
    const old = 'qcs:id/0:cos:ap-shanghai:appid/1250000000:backup';
    const before = first(FULL.replace('qcs::cos:ap-shanghai::backup-1250000000', old));
    expect(readFields(before)).toMatchObject(BACKUP);
    expect(writeXml(writeRule(before, { ...readFields(before), id: 'x' }))).toContain(old);
  });

  it('does not name delete markers when their default holds', () => {
    const fresh = { ...NEW_RULE, id: 'a', ...BACKUP };
    expect(writeXml(writeRule(undefined, fresh))).toBe(
      `<Rule><ID>a</ID><Status>Enabled</Status><Prefix/>${DESTINATION}</Rule>`,
    );
    expect(writeXml(writeRule(undefined, { ...fresh, deleteMarkers: false }))).toContain(
      '<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>',
    );
  });
});

const text = fc.string({
  unit: fc.constantFrom('a', 'b/', 'é', '日', '&', '<', ' ', '\u0000', '\u202e'),
  maxLength: 6,
});
const fields: fc.Arbitrary<RuleFields> = fc.record({
  id: text,
  enabled: fc.boolean(),
  priority: fc.constantFrom('', '', '1', '2', '1000', '0', '1001', 'x'),
  prefix: text,
  tags: fc.array(fc.tuple(text, text), { maxLength: 3 }),
  bucket: fc.constantFrom(BACKUP.bucket, BACKUP.bucket, BACKUP.bucket, SOURCE, ''),
  region: fc.constant(BACKUP.region),
  storageClass: fc.constantFrom('', 'STANDARD', 'DEEP_ARCHIVE'),
  kmsKeyId: fc.constantFrom('', 'kms-1', 'a b'),
  kmsObjects: fc.boolean(),
  deleteMarkers: fc.boolean(),
  existing: fc.constantFrom('', 'Current', 'All'),
  replicaAcl: fc.boolean(),
});

describe('the checks before sending', () => {
  it('refuse everything that the API refuses for its form', () => {
    fc.assert(
      fc.property(fields, fc.array(fields, { maxLength: 3 }), (rule, candidates) => {
        const others: RuleFields[] = [];
        for (const one of candidates) if (errorsOf(one, others).length === 0) others.push(one);
        fc.pre(errorsOf(rule, others).length === 0);
        const numbered = numberOthers(rule, others);
        const all = others.map((one) => ({ ...one, priority: numbered.get(one.id) ?? one.priority }));
        const rules = [...all, rule].map((one) => writeRule(undefined, one));
        // Each rule before was accepted alone; together all have priorities or none.
        fc.pre(new Set(all.map(({ priority }) => priority === '')).size < 2);
        const children = [{ name: 'Role', text: ROLE }, ...rules];
        const parsed = parseRules(writeXml({ name: 'ReplicationConfiguration', children }));
        expect(parsed.rules.at(-1)).toMatchObject({
          id: rule.id,
          prefix: rule.prefix,
          existing: rule.existing || undefined,
        });
      }),
      { numRuns: 400 },
    );
  });

  it('name the fault of each field', () => {
    const good = { ...NEW_RULE, id: 'a', ...BACKUP };
    expect(errorsOf(good)).toEqual([]);
    expect(errorsOf({ ...good, id: ' ' })).toEqual(['check.id.empty']);
    expect(errorsOf(good, [{ ...good, prefix: 'x' }])).toContain('check.id.taken');
    expect(errorsOf({ ...good, prefix: 'é'.repeat(426) })).toEqual(['check.prefix.long']);
    expect(errorsOf({ ...good, tags: [['', '']] })).toEqual(['check.tags.wrong']);
    expect(errorsOf({ ...good, bucket: SOURCE })).toEqual(['check.bucket.source']);
    expect(errorsOf({ ...good, bucket: 'other-1250000000' })).toEqual(['check.bucket.unlisted']);
    expect(errorsOf({ ...good, id: 'b' }, [good])).toEqual(['check.overlap']);
    expect(errorsOf({ ...good, id: 'b', priority: '3' }, [{ ...good, priority: '3' }])).toEqual([
      'check.priority.taken',
    ]);
    expect(errorsOf({ ...good, id: 'b' }, [{ ...good, prefix: 'x', priority: '3' }])).toEqual(['check.priority.all']);
  });

  it('number the other rules in their order when the first of them gets a priority', () => {
    const others = ['a', 'b', 'c'].map((id) => ({ ...NEW_RULE, id }));
    expect([...numberOthers({ ...NEW_RULE, id: 'd', priority: '2' }, others)]).toEqual([
      ['a', '1'],
      ['b', '3'],
      ['c', '4'],
    ]);
    expect(freshPriority(others)).toBe('');
    expect(
      freshPriority([
        { ...NEW_RULE, priority: '1000' },
        { ...NEW_RULE, priority: '1' },
      ]),
    ).toBe('2');
  });
});

/** An API whose rules somebody else may change at any moment. Its ETags are the rules themselves. */
function sharedRules(xml: string | undefined) {
  const sent: string[] = [];
  const state = { xml, times: 0, afterPut: () => {} };
  const etagNow = () => (state.xml === undefined ? undefined : `"${state.xml} ${state.times}"`);
  const change = (etag: string | undefined, what: string, next: string | undefined) => {
    if (etag !== etagNow()) throw new ApiError('PreconditionFailed', 412, 'other rules');
    sent.push(what);
    state.xml = next;
  };
  return {
    state,
    sent,
    client: {
      rules: async () =>
        state.xml === undefined ? undefined : { root: readXml(state.xml), storedAt: undefined, etag: etagNow() },
      putRules: async (next: string, etag: string | undefined) => {
        change(etag, next, next);
        state.afterPut();
      },
      deleteRules: async (etag: string | undefined) => change(etag, 'DELETE', undefined),
    },
  };
}

const xmlOf = (...rules: string[]) => writeXml(documentOf(...rules).root);
const loadedFrom = (...rules: string[]) => ({
  document: documentOf(...rules),
  storedAt: undefined,
  etag: `"${xmlOf(...rules)} 0"`,
});

describe('two people who edit at once', () => {
  const change = { kind: 'remove', id: 'a' } as const;

  it("do not overwrite each other: the second gets the first one's change", async () => {
    const { client, sent } = sharedRules(xmlOf(ruleOf('a'), ruleOf('b', '<Prefix>b</Prefix>')));
    const outcome = await changeRules(client, loadedFrom(ruleOf('a')), change);
    expect(outcome).toMatchObject({
      kind: 'changed-before',
      differences: { added: ['b'], removed: [], changed: [] },
      repeatable: true,
    });
    expect(sent).toEqual([]);
    expect(await changeRules(client, outcome.loaded, change)).toMatchObject({ kind: 'stored' });
    expect(sent).toEqual([xmlOf(ruleOf('b', '<Prefix>b</Prefix>'))]);
  });

  it('must look again where both changed the same rule', async () => {
    const { client, sent } = sharedRules(xmlOf(ruleOf('a', '<Prefix>other</Prefix>')));
    const outcome = await changeRules(client, loadedFrom(ruleOf('a')), change);
    expect(outcome).toMatchObject({ kind: 'changed-before', differences: { changed: ['a'] }, repeatable: false });
    expect(sent).toEqual([]);
  });

  it('are not warned about rules that were stored again without a change', async () => {
    const { client, state, sent } = sharedRules(xmlOf(ruleOf('a'), ruleOf('b', '<Prefix>b</Prefix>')));
    state.times = 1;
    const outcome = await changeRules(client, loadedFrom(ruleOf('a'), ruleOf('b', '<Prefix>b</Prefix>')), change);
    expect(outcome).toMatchObject({ kind: 'stored' });
    expect(sent).toEqual([xmlOf(ruleOf('b', '<Prefix>b</Prefix>'))]);
  });

  it('are warned about a user who replaced all rules without a condition right after the write', async () => {
    const { client, state } = sharedRules(xmlOf(ruleOf('a'), ruleOf('b', '<Prefix>b</Prefix>')));
    state.afterPut = () => {
      state.xml = xmlOf(ruleOf('a'), ruleOf('c', '<Prefix>c</Prefix>'));
    };
    const outcome = await changeRules(client, loadedFrom(ruleOf('a'), ruleOf('b', '<Prefix>b</Prefix>')), change);
    expect(outcome).toMatchObject({ kind: 'changed-after', differences: { added: ['c'], removed: ['b'] } });
  });

  it('delete the configuration with its last rule, and make it with the first', async () => {
    const { client, sent } = sharedRules(xmlOf(ruleOf('a')));
    expect(await changeRules(client, loadedFrom(ruleOf('a')), change)).toMatchObject({ kind: 'stored' });
    expect(sent).toEqual(['DELETE']);
    const add = { kind: 'add', role: ROLE, rule: first(ruleOf('n')) } as const;
    const nothing = { document: undefined, storedAt: undefined, etag: undefined };
    expect(await changeRules(client, nothing, add)).toMatchObject({ kind: 'stored' });
    expect(sent.at(-1)).toBe(xmlOf(ruleOf('n')));
  });

  it('see rules compared by their IDs', () => {
    const before = documentOf(ruleOf('a'), ruleOf('b'));
    expect(compareDocuments(before, documentOf(ruleOf('b', '<Prefix>x</Prefix>'), ruleOf('c')))).toEqual({
      added: ['c'],
      removed: ['a'],
      changed: ['b'],
    });
    expect(applyChange(undefined, change)).toBeUndefined();
  });
});
