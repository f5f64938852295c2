import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseRules } from '../../../shared/rules/index.ts';
import { BACKUP, DESTINATION, MINIMAL, ROLE, codeOf, configuration, documentRule, givenBack } from './sample.ts';

const recordings = new URL('../../fixtures/requests/', import.meta.url);

function one(text: string) {
  const [rule] = parseRules(configuration(text)).rules;
  return rule;
}

describe('documents of the SDKs', () => {
  const names = readdirSync(recordings).filter((name) => name.endsWith('-put-replication.json'));

  it('are recorded for all twelve', () => {
    expect(names).toHaveLength(12);
  });

  it.each(names)('are the same rule, returned as they were sent: %s', (name) => {
    const { bodyBase64 } = JSON.parse(readFileSync(new URL(name, recordings), 'utf8')) as { bodyBase64: string };
    const body = Buffer.from(bodyBase64, 'base64');
    const { role, rules } = parseRules(body);
    expect({ role, rules }).toEqual({
      role: ROLE,
      rules: [documentRule({ prefix: 'logs/', storageClass: 'STANDARD' })],
    });
    // A declaration and blanks between elements mean nothing; everything else is the client's.
    const sent = body.toString('utf8').replace(/<\?.*?\?>/, '');
    expect(givenBack(body)).toBe(sent.replace(/>\s+</g, '><').trim());
  });
});

describe('documents of the Go SDK, and of Terraform through it', () => {
  // Unset fields of its model are sent as empty elements, and the prefix is outside the filter.
  const rule =
    '<ID>dist</ID><Status>Enabled</Status><Priority>2</Priority><Prefix>dist/</Prefix>' +
    '<Filter><And><Prefix></Prefix><Tag><Key>team</Key><Value>a</Value></Tag></And></Filter>' +
    `${DESTINATION}<DeleteMarkerReplication><Status></Status></DeleteMarkerReplication>` +
    '<SourceSelectionCriteria><SseKmsEncryptedObjects><Status></Status></SseKmsEncryptedObjects></SourceSelectionCriteria>';

  it('are a rule for the prefix and the tags', () => {
    expect(one(rule)).toEqual(
      documentRule({ id: 'dist', priority: 2, prefix: 'dist/', tags: [['team', 'a']], deleteMarkers: false }),
    );
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

  it('is returned as sent, with its order and spelling', () => {
    expect(givenBack(configuration(text))).toBe(configuration(text));
    expect(givenBack(givenBack(configuration(text)))).toBe(configuration(text));
  });
});

describe('a document', () => {
  it('adds nothing to the shortest rule', () => {
    expect(one(MINIMAL)).toEqual(documentRule());
    expect(givenBack(configuration(MINIMAL))).toBe(configuration(MINIMAL));
  });

  it('replicates delete markers by default', () => {
    const markers = (text: string) => one(`${MINIMAL}<DeleteMarkerReplication>${text}</DeleteMarkerReplication>`);
    expect(markers('<Status>Enabled</Status>')?.deleteMarkers).toBe(true);
    expect(markers('')?.deleteMarkers).toBe(true);
    expect(markers('<Status/>')?.deleteMarkers).toBe(true);
    expect(markers('<Status>Disabled</Status>')?.deleteMarkers).toBe(false);
  });

  it('replicates no delete markers with a tag filter', () => {
    const filter = '<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>';
    const enabled = '<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>';
    expect(one(MINIMAL + filter)).toMatchObject({ tags: [['a', 'b']], deleteMarkers: false });
    const unset = '<DeleteMarkerReplication><Status/></DeleteMarkerReplication>';
    expect(one(MINIMAL + filter + unset)?.deleteMarkers).toBe(false);
    // It would be returned and never done.
    expect(codeOf(configuration(MINIMAL + filter + enabled))).toBe('InvalidArgument');
  });

  it.each([
    '<Priority/>',
    '<Filter/>',
    '<Filter><Prefix/></Filter>',
    '<Filter><And/></Filter>',
    '<DeleteMarkerReplication/>',
    '<DeleteMarkerReplication><Status/></DeleteMarkerReplication>',
    '<SourceSelectionCriteria/>',
    '<SourceSelectionCriteria><SseKmsEncryptedObjects/></SourceSelectionCriteria>',
    '<SourceSelectionCriteria><SseKmsEncryptedObjects><Status/></SseKmsEncryptedObjects></SourceSelectionCriteria>',
    '<ExistingObjectReplication/>',
    '<ReplicaAcl><Status/></ReplicaAcl>',
    '<ReplicationTime><Status/><Time><Minutes/></Time></ReplicationTime>',
  ])('ignores %s, and returns it', (text) => {
    expect(one(MINIMAL + text)).toEqual(documentRule());
    expect(givenBack(configuration(MINIMAL + text))).toBe(configuration(MINIMAL + text));
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
    ['<Prefix>a/</Prefix><Filter/>', 'a/'],
    ['<Prefix>a/</Prefix><Filter><Prefix/></Filter>', 'a/'],
    ['<Prefix>a/</Prefix><Filter><Tag><Key>x</Key><Value/></Tag></Filter>', 'a/'],
    ['<Prefix>a/</Prefix><Filter><And><Prefix></Prefix><Tag><Key>x</Key><Value/></Tag></And></Filter>', 'a/'],
    ['<Prefix></Prefix><Filter><Prefix></Prefix><And><Prefix>a/</Prefix></And></Filter>', 'a/'],
  ])('has the prefix %s read as %j', (text, prefix) => {
    expect(one(MINIMAL + text)?.prefix).toBe(prefix);
  });

  it.each([
    ['qcs::cos:ap-shanghai::backup-1250000000', BACKUP],
    ['qcs:id/0:cos:ap-shanghai:appid/1250000000:backup', BACKUP],
    ['qcs::cos:ap-shanghai:uid/1250000000:backup-1250000000', BACKUP],
    ['qcs:id/0:cos:cn-east:appid/1250000000:backup', BACKUP],
    [' qcs::cos:sg::backup-1250000000\n', { bucket: 'backup-1250000000', region: 'ap-singapore' }],
  ])('may name the destination %s', (bucket, destination) => {
    expect(one(`<Status>Enabled</Status><Destination><Bucket>${bucket}</Bucket></Destination>`)).toMatchObject({
      destination,
    });
  });

  it.each(['Standard', 'standard_ia', 'INTELLIGENT_TIERING', 'Archive', 'DEEP_ARCHIVE', 'MAZ_STANDARD'])(
    'may name the storage class %s in any case',
    (name) => {
      const text = MINIMAL.replace('</Bucket>', `</Bucket><StorageClass>${name}</StorageClass>`);
      expect(one(text)?.storageClass).toBe(name.toUpperCase());
      expect(givenBack(configuration(text))).toContain(`<StorageClass>${name}</StorageClass>`);
    },
  );

  it('keeps the class of the source for an empty one', () => {
    expect(one(MINIMAL.replace('</Bucket>', '</Bucket><StorageClass/>'))?.storageClass).toBeUndefined();
  });

  it('asks for all versions of existing objects when it names none', () => {
    const existing = (text: string) => one(`${MINIMAL}<ExistingObjectReplication>${text}</ExistingObjectReplication>`);
    expect(existing('<Status>Enabled</Status>')?.existing).toBe('All');
    expect(existing('<Status>Disabled</Status><Versions>All</Versions>')?.existing).toBeUndefined();
  });
});

describe('IDs', () => {
  const nameless = `<Status>Enabled</Status>${DESTINATION}`;

  it.each([nameless, `<ID></ID>${nameless}`, `<ID/>${nameless}`, `<ID> </ID>${nameless}`])(
    'are added to %s',
    (text) => {
      const id = one(text)?.id ?? '';
      expect(id).toMatch(/^rule-[0-9a-f]{16}$/);
      expect(givenBack(configuration(text))).toBe(configuration(`<ID>${id}</ID>${nameless}`));
    },
  );

  it('are the same for the same document, and for a rule that was only switched', () => {
    const idOf = (text: string) => one(text)?.id;
    expect(idOf(nameless)).toBe(idOf(nameless));
    expect(idOf(nameless.replace('Enabled', 'Disabled'))).toBe(idOf(nameless));
    expect(idOf(`${nameless}<Prefix>a</Prefix>`)).not.toBe(idOf(nameless));
    expect(idOf(nameless.replace('backup', 'third'))).not.toBe(idOf(nameless));
  });

  it('are never the same for two rules', () => {
    const filled = one(nameless)?.id ?? '';
    const ranked = (n: number) => `<Priority>${n}</Priority>${nameless}`;
    const { rules } = parseRules(configuration(ranked(1), ranked(2), `<ID>${filled}</ID>${ranked(3)}`));
    expect(new Set(rules.map(({ id }) => id)).size).toBe(3);
    expect(rules[2]?.id).toBe(filled);
  });

  it('are refused when two rules have the same', () => {
    expect(codeOf(configuration(MINIMAL, MINIMAL))).toBe('InvalidArgument');
  });
});
