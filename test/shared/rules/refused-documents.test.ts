import { describe, expect, it } from 'vitest';

import { parseRules } from '../../../shared/rules/index.ts';
import { DESTINATION, MINIMAL, ROLE, codeOf, configuration, givenBack } from './sample.ts';

describe('refused documents', () => {
  const inside = (text: string) => configuration(MINIMAL + text);
  const instead = (from: string | RegExp, to: string) => configuration(MINIMAL.replace(from, to));

  it.each([
    ['nothing', ''],
    ['no XML', 'rules'],
    ['a cut document', configuration(MINIMAL).slice(0, -5)],
    ['the text that PHP leaves unescaped', inside('<Prefix>a&b</Prefix>')],
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
  ])('are refused for %s: MalformedXML', (_, text) => {
    expect(codeOf(text)).toBe('MalformedXML');
  });

  it.each([
    ['a role of another form', configuration(MINIMAL).replace(ROLE, 'qcs::cam::uin/1:roleName/x')],
    ['a status of another word', instead('Enabled', 'On')],
    ['a priority that is not a number', inside('<Priority>high</Priority>')],
    ['a priority below the first', inside('<Priority>0</Priority>')],
    ['a priority above the last', inside('<Priority>1001</Priority>')],
    ['a negative priority', inside('<Priority>-1</Priority>')],
    ['a storage class that does not exist', instead('</Bucket>', '</Bucket><StorageClass>GLACIER</StorageClass>')],
    ['a prefix beside another filter', inside('<Prefix>a</Prefix><Filter><Prefix>b</Prefix></Filter>')],
    ['And beside Tag', inside('<Filter><Tag><Key>x</Key><Value/></Tag><And><Prefix>a</Prefix></And></Filter>')],
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
  ])('are refused for %s: InvalidArgument', (_, text) => {
    expect(codeOf(text)).toBe('InvalidArgument');
  });

  it.each([
    ['backup-1250000000', 'TargetBucketNameInvalid'],
    ['qcs::cos:ap-shanghai::Backup-1250000000', 'TargetBucketNameInvalid'],
    ['qcs::cos:ap-shanghai::backup', 'TargetBucketNameInvalid'],
    ['qcs::cos:ap-shanghai::a.evil.example/-1250000000', 'TargetBucketNameInvalid'],
    ['qcs::cos:evil.example/::backup-1250000000', 'InvalidRegionName'],
    ['qcs::cos:::backup-1250000000', 'InvalidRegionName'],
  ])('are refused for the destination %s: %s', (bucket, code) => {
    expect(codeOf(instead(/<Bucket>.*<\/Bucket>/, `<Bucket>${bucket}</Bucket>`))).toBe(code);
  });

  it('are refused for a tag twice, an empty one, and an eleventh: InvalidTag or InvalidArgument', () => {
    const tags = (...names: string[]) =>
      inside(`<Filter><And>${names.map((name) => `<Tag><Key>${name}</Key><Value/></Tag>`).join('')}</And></Filter>`);
    const names = (count: number) => Array.from({ length: count }, (_, n) => `tag-${n}`);
    expect(codeOf(tags('a', 'a'))).toBe('InvalidTag');
    expect(codeOf(tags(''))).toBe('InvalidTag');
    expect(codeOf(tags(...names(10)))).toBe('accepted');
    expect(codeOf(tags(...names(11)))).toBe('InvalidArgument');
  });

  it('are refused with the name of the wrong element', () => {
    expect(() => parseRules(inside('<Metrics/>'))).toThrow('<Metrics> is not an element of <Rule>');
  });

  it('do not include documents with namespace declarations, which are not returned', () => {
    const text = configuration(MINIMAL)
      .replace('<Repl', '<Repl')
      .replace('Configuration>', 'Configuration xmlns="http://x">');
    expect(givenBack(text)).toBe(configuration(MINIMAL));
  });
});
