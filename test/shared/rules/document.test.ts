import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../../shared/errors/index.ts';
import { parseRules } from '../../../shared/rules/index.ts';
import { BACKUP, DESTINATION, MINIMAL, ROLE, configuration, documentRule } from './sample.ts';

const recordings = new URL('../../fixtures/requests/', import.meta.url);

function one(text: string) {
  const [rule] = parseRules(configuration(text)).rules;
  return rule;
}

const givenBack = (body: Uint8Array | string): string => parseRules(body).xml.join('');

function codeOf(text: string): string {
  try {
    parseRules(text);
  } catch (error) {
    if (error instanceof ServiceError && error.status === 400) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('what the SDKs send', () => {
  const names = readdirSync(recordings).filter((name) => name.endsWith('-put-replication.json'));

  it('is recorded for all twelve', () => {
    expect(names).toHaveLength(12);
  });

  it.each(names)('%s is the same rule, and comes back as it was sent', (name) => {
    const { bodyBase64 } = JSON.parse(readFileSync(new URL(name, recordings), 'utf8')) as { bodyBase64: string };
    const body = Buffer.from(bodyBase64, 'base64');
    const { role, rules } = parseRules(body);
    expect({ role, rules }).toEqual({
      role: ROLE,
      rules: [documentRule({ prefix: 'logs/', storageClass: 'STANDARD' })],
    });
    // Declaration and blanks between elements carry nothing; all else is the client's.
    const sent = body.toString('utf8').replace(/<\?.*?\?>/, '');
    expect(givenBack(body)).toBe(sent.replace(/>\s+</g, '><').trim());
  });
});

describe('a rule with every element', () => {
  const text =
    '<Priority>7</Priority><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>' +
    '<Filter><And><Prefix>logs/</Prefix><Tag><Key>team</Key><Value>a &amp; b</Value></Tag><Tag><Key>x</Key><Value/></Tag></And></Filter>' +
    '<Status>Disabled</Status><ID>every &lt;element&gt;</ID>' +
    '<Destination><StorageClass>maz_standard_ia</StorageClass><Bucket>qcs::cos:ap-shanghai::backup-1250000000</Bucket>' +
    '<EncryptionConfiguration><ReplicaKmsKeyID>key-1</ReplicaKmsKeyID></EncryptionConfiguration></Destination>' +
    '<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>' +
    '<ExistingObjectReplication><Status>Enabled</Status><Versions>Current</Versions></ExistingObjectReplication>' +
    '<ReplicaAcl><Status>Enabled</Status></ReplicaAcl>' +
    '<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>';

  it('is read', () => {
    expect(one(text)).toEqual(
      documentRule({
        id: 'every <element>',
        enabled: false,
        priority: 7,
        prefix: 'logs/',
        tags: [
          ['team', 'a & b'],
          ['x', ''],
        ],
        storageClass: 'MAZ_STANDARD_IA',
        kmsKeyId: 'key-1',
        kmsObjects: true,
        deleteMarkers: false,
        replicaAcl: true,
        existing: 'Current',
      }),
    );
  });

  it('comes back as sent, its order and spelling included', () => {
    expect(givenBack(configuration(text))).toBe(configuration(text));
    expect(givenBack(givenBack(configuration(text)))).toBe(configuration(text));
  });
});

describe('what elements mean', () => {
  it('keeps nothing back and adds nothing to the shortest rule', () => {
    expect(one(MINIMAL)).toEqual(documentRule());
    expect(givenBack(configuration(MINIMAL))).toBe(configuration(MINIMAL));
  });

  it('replicates delete markers unless told not to', () => {
    const markers = (text: string) => one(`${MINIMAL}<DeleteMarkerReplication>${text}</DeleteMarkerReplication>`);
    expect(markers('<Status>Enabled</Status>')?.deleteMarkers).toBe(true);
    expect(markers('')?.deleteMarkers).toBe(true);
    expect(markers('<Status>Disabled</Status>')?.deleteMarkers).toBe(false);
  });

  it('replicates no delete markers with a tag filter', () => {
    const filter = '<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>';
    const enabled = '<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>';
    expect(one(MINIMAL + filter)).toMatchObject({ tags: [['a', 'b']], deleteMarkers: false });
    expect(one(MINIMAL + filter + enabled)?.deleteMarkers).toBe(false);
  });

  it.each([
    ['', ''],
    ['<Prefix/>', ''],
    ['<Prefix></Prefix>', ''],
    ['<Prefix>a/</Prefix>', 'a/'],
    ['<Prefix> a </Prefix>', ' a '],
    ['<Prefix>中文</Prefix>', '中文'],
    ['<Filter/>', ''],
    ['<Filter><Prefix>a/</Prefix></Filter>', 'a/'],
    ['<Filter><And><Prefix>a/</Prefix></And></Filter>', 'a/'],
    ['<Prefix></Prefix><Filter><Prefix>a/</Prefix></Filter>', 'a/'],
    ['<Prefix>a/</Prefix><Filter><Prefix>a/</Prefix></Filter>', 'a/'],
  ])('reads the prefix of %s as %j', (text, prefix) => {
    expect(one(MINIMAL + text)?.prefix).toBe(prefix);
  });

  it.each([
    ['qcs::cos:ap-shanghai::backup-1250000000', BACKUP],
    ['qcs:id/0:cos:ap-shanghai:appid/1250000000:backup', BACKUP],
    ['qcs::cos:ap-shanghai:uid/1250000000:backup-1250000000', BACKUP],
    ['qcs:id/0:cos:cn-east:appid/1250000000:backup', BACKUP],
    [' qcs::cos:sg::backup-1250000000\n', { bucket: 'backup-1250000000', region: 'ap-singapore' }],
  ])('reads the destination %s', (bucket, destination) => {
    expect(one(`<Status>Enabled</Status><Destination><Bucket>${bucket}</Bucket></Destination>`)).toMatchObject({
      destination,
    });
  });

  it.each(['Standard', 'standard_ia', 'INTELLIGENT_TIERING', 'Archive', 'DEEP_ARCHIVE', 'MAZ_STANDARD'])(
    'takes the storage class %s in any case',
    (name) => {
      const text = MINIMAL.replace('</Bucket>', `</Bucket><StorageClass>${name}</StorageClass>`);
      expect(one(text)?.storageClass).toBe(name.toUpperCase());
      expect(givenBack(configuration(text))).toContain(`<StorageClass>${name}</StorageClass>`);
    },
  );

  it('keeps the class of the source for an empty one', () => {
    expect(one(MINIMAL.replace('</Bucket>', '</Bucket><StorageClass/>'))?.storageClass).toBeUndefined();
  });

  it('takes all versions when existing objects are asked for without saying which', () => {
    const existing = (text: string) => one(`${MINIMAL}<ExistingObjectReplication>${text}</ExistingObjectReplication>`);
    expect(existing('<Status>Enabled</Status>')?.existing).toBe('All');
    expect(existing('<Status>Disabled</Status><Versions>All</Versions>')?.existing).toBeUndefined();
  });
});

describe('IDs', () => {
  const nameless = `<Status>Enabled</Status>${DESTINATION}`;

  it.each([nameless, `<ID></ID>${nameless}`, `<ID/>${nameless}`, `<ID> </ID>${nameless}`])('fills in %s', (text) => {
    const id = one(text)?.id ?? '';
    expect(id).toMatch(/^rule-[0-9a-f]{16}$/);
    expect(givenBack(configuration(text))).toBe(configuration(`<ID>${id}</ID>${nameless}`));
  });

  it('gives the same ID to the same document, and to a rule that was only switched', () => {
    const idOf = (text: string) => one(text)?.id;
    expect(idOf(nameless)).toBe(idOf(nameless));
    expect(idOf(nameless.replace('Enabled', 'Disabled'))).toBe(idOf(nameless));
    expect(idOf(`${nameless}<Prefix>a</Prefix>`)).not.toBe(idOf(nameless));
    expect(idOf(nameless.replace('backup', 'third'))).not.toBe(idOf(nameless));
  });

  it('never gives one ID to two rules', () => {
    const filled = one(nameless)?.id ?? '';
    const { rules } = parseRules(configuration(nameless, nameless, `<ID>${filled}</ID>${nameless}`));
    expect(new Set(rules.map(({ id }) => id)).size).toBe(3);
    expect(rules[2]?.id).toBe(filled);
  });

  it('refuses an ID that is there twice', () => {
    expect(codeOf(configuration(MINIMAL, MINIMAL))).toBe('InvalidArgument');
  });
});

describe('limits', () => {
  const many = (count: number) =>
    configuration(...Array.from({ length: count }, (_, n) => `<ID>${n}</ID><Status>Enabled</Status>${DESTINATION}`));

  it('takes a thousand rules and not one more', () => {
    expect(parseRules(many(1000)).rules).toHaveLength(1000);
    expect(codeOf(many(1001))).toBe('InvalidArgument');
  });

  it('says of too many how many they are, and of any other mistake first that it is no XML', () => {
    expect(() => parseRules(many(1002))).toThrow('this one has 1002');
    const wrong = configuration(MINIMAL.replace('Enabled', 'On'));
    expect(codeOf(wrong)).toBe('InvalidArgument');
    expect(codeOf(wrong.slice(0, -1))).toBe('MalformedXML');
    expect(codeOf(wrong.replace('</Rep', '<Rule/></Rep'))).toBe('MalformedXML');
  });

  it('takes a thousand rules with everything that a rule can have', () => {
    const tags = Array.from({ length: 10 }, (_, n) => `<Tag><Key>${n}</Key><Value>${'中'.repeat(90)}</Value></Tag>`);
    const full = (n: number) =>
      `<ID>${n}</ID><Priority>${n}</Priority><Status>Enabled</Status>` +
      `<Filter><And><Prefix>${'p'.repeat(300)}</Prefix>${tags.join('')}</And></Filter>` +
      '<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>' +
      '<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>' +
      '<ExistingObjectReplication><Status>Enabled</Status><Versions>All</Versions></ExistingObjectReplication>' +
      '<ReplicaAcl><Status>Enabled</Status></ReplicaAcl>' +
      '<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>' +
      DESTINATION.replace(
        '</Bucket>',
        '</Bucket><StorageClass>STANDARD</StorageClass><EncryptionConfiguration><ReplicaKmsKeyID>k</ReplicaKmsKeyID></EncryptionConfiguration>',
      );
    const text = configuration(...Array.from({ length: 1000 }, (_, n) => full(n)));
    expect(givenBack(text)).toBe(text);
  });

  it('takes a thousand elements in a rule, to say what is wrong with them, and not one more', () => {
    const tags = (count: number) =>
      configuration(`${MINIMAL}<Filter><And>${'<Tag><Key>a</Key><Value/></Tag>'.repeat(count)}</And></Filter>`);
    expect(codeOf(tags(331))).toBe('InvalidArgument');
    expect(codeOf(tags(332))).toBe('XMLSizeLimit');
  });

  it('refuses what would be too long to be given back', () => {
    const quoted = (count: number) =>
      configuration(...Array.from({ length: count }, (_, n) => MINIMAL.replace('rule-1', `${n}${'"'.repeat(250)}`)));
    expect(givenBack(quoted(100))).toContain('&quot;'.repeat(250));
    const tags = (n: number) =>
      Array.from({ length: 10 }, (_, t) => `<Tag><Key>${n}-${t}</Key><Value>${'"'.repeat(250)}</Value></Tag>`).join('');
    const text = configuration(
      ...Array.from(
        { length: 500 },
        (_, n) => `${MINIMAL.replace('rule-1', String(n))}<Filter><And>${tags(n)}</And></Filter>`,
      ),
    );
    expect(text.length).toBeLessThan(2 * 1024 * 1024);
    expect(codeOf(text)).toBe('XMLSizeLimit');
  });

  it('takes 4 MB and no more', () => {
    const body = configuration(MINIMAL);
    const filled = body + ' '.repeat(4 * 1024 * 1024 - body.length);
    expect(codeOf(filled)).toBe('accepted');
    expect(codeOf(`${filled} `)).toBe('XMLSizeLimit');
  });
});

describe('what is refused', () => {
  const inside = (text: string) => configuration(MINIMAL + text);
  const instead = (from: string | RegExp, to: string) => configuration(MINIMAL.replace(from, to));

  it.each([
    ['nothing', ''],
    ['no XML', 'rules'],
    ['a cut document', configuration(MINIMAL).slice(0, -5)],
    ['what PHP leaves unescaped', inside('<Prefix>a&b</Prefix>')],
    ['an entity', `<!DOCTYPE x [<!ENTITY a "b">]>${configuration(MINIMAL)}`],
    ['another root', '<Replication/>'],
    ['no rule', configuration()],
    ['no role', configuration(MINIMAL).replace(/<Role>.*<\/Role>/, '')],
    ['two roles', configuration(MINIMAL).replace('<Rule>', `<Role>${ROLE}</Role><Rule>`)],
    ['no status', instead('<Status>Enabled</Status>', '')],
    ['no destination', instead(DESTINATION, '')],
    ['a destination without a bucket', instead(/<Bucket>.*<\/Bucket>/, '')],
    ['two IDs', inside('<ID>b</ID>')],
    ['two destinations', inside(DESTINATION)],
    ['an unknown element', inside('<Metrics/>')],
    ['an unknown element inside', instead('</Bucket>', '</Bucket><Account>1</Account>')],
    ['an element that every object inherits', inside('<constructor>x</constructor>')],
    ['a name with another case', instead(/Status>/g, 'status>')],
    ['a name with a prefix', instead(/ID>/g, 'cos:ID>')],
    ['an attribute', instead('<ID>', '<ID lang="en">')],
    ['text between elements', configuration(`text${MINIMAL}`)],
    ['text where elements belong', inside('<Filter>logs/</Filter>')],
    ['elements where text belongs', inside('<Prefix><a/></Prefix>')],
    ['a tag without a value', inside('<Filter><Tag><Key>a</Key></Tag></Filter>')],
  ])('%s: MalformedXML', (_, text) => {
    expect(codeOf(text)).toBe('MalformedXML');
  });

  it.each([
    ['a role of another form', configuration(MINIMAL).replace(ROLE, 'qcs::cam::uin/1:roleName/x')],
    ['a status of another word', instead('Enabled', 'On')],
    ['a priority that is not a number', inside('<Priority>high</Priority>')],
    ['a negative priority', inside('<Priority>-1</Priority>')],
    ['a storage class that does not exist', instead('</Bucket>', '</Bucket><StorageClass>GLACIER</StorageClass>')],
    ['a prefix beside another filter', inside('<Prefix>a</Prefix><Filter><Prefix>b</Prefix></Filter>')],
    ['And beside Prefix', inside('<Filter><Prefix>a</Prefix><And><Prefix>a</Prefix></And></Filter>')],
    ['a prefix that no key can have', inside(`<Prefix>${'é'.repeat(426)}</Prefix>`)],
    [
      'a key ID that no header can hold',
      instead(
        '</Bucket>',
        '</Bucket><EncryptionConfiguration><ReplicaKmsKeyID>a&#10;b</ReplicaKmsKeyID></EncryptionConfiguration>',
      ),
    ],
    ['a long ID', instead('rule-1', 'x'.repeat(256))],
    [
      'versions of another word',
      inside(
        '<ExistingObjectReplication><Status>Enabled</Status><Versions>Some</Versions></ExistingObjectReplication>',
      ),
    ],
    [
      'a time of no minutes',
      inside('<ReplicationTime><Status>Enabled</Status><Time><Minutes>0</Minutes></Time></ReplicationTime>'),
    ],
  ])('%s: InvalidArgument', (_, text) => {
    expect(codeOf(text)).toBe('InvalidArgument');
  });

  it.each([
    ['backup-1250000000', 'TargetBucketNameInvalid'],
    ['qcs::cos:ap-shanghai::Backup-1250000000', 'TargetBucketNameInvalid'],
    ['qcs::cos:ap-shanghai::backup', 'TargetBucketNameInvalid'],
    ['qcs::cos:ap-shanghai::a.evil.example/-1250000000', 'TargetBucketNameInvalid'],
    ['qcs::cos:evil.example/::backup-1250000000', 'InvalidRegionName'],
    ['qcs::cos:::backup-1250000000', 'InvalidRegionName'],
  ])('the destination %s: %s', (bucket, code) => {
    expect(codeOf(instead(/<Bucket>.*<\/Bucket>/, `<Bucket>${bucket}</Bucket>`))).toBe(code);
  });

  it('a tag twice, an empty one, and an eleventh: InvalidTag or InvalidArgument', () => {
    const tags = (...names: string[]) =>
      inside(`<Filter><And>${names.map((name) => `<Tag><Key>${name}</Key><Value/></Tag>`).join('')}</And></Filter>`);
    const names = (count: number) => Array.from({ length: count }, (_, n) => `tag-${n}`);
    expect(codeOf(tags('a', 'a'))).toBe('InvalidTag');
    expect(codeOf(tags(''))).toBe('InvalidTag');
    expect(codeOf(tags(...names(10)))).toBe('accepted');
    expect(codeOf(tags(...names(11)))).toBe('InvalidArgument');
  });

  it('tells which element is wrong', () => {
    expect(() => parseRules(inside('<Metrics/>'))).toThrow('<Metrics> is not an element of <Rule>');
  });

  it('lets namespace declarations through and does not give them back', () => {
    const text = configuration(MINIMAL)
      .replace('<Repl', '<Repl')
      .replace('Configuration>', 'Configuration xmlns="http://x">');
    expect(givenBack(text)).toBe(configuration(MINIMAL));
  });
});
