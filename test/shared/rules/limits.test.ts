import { describe, expect, it } from 'vitest';

import { parseRules } from '../../../shared/rules/index.ts';
import { DESTINATION, MINIMAL, codeOf, configuration, givenBack, numbered } from './sample.ts';

describe('a document', () => {
  const many = (count: number) => configuration(...Array.from({ length: count }, (_, n) => numbered(n)));

  it('may have a thousand rules and not one more', () => {
    expect(parseRules(many(1000)).rules).toHaveLength(1000);
    expect(codeOf(many(1001))).toBe('InvalidArgument');
  });

  it('with too many rules is refused with their number, and any other text as no XML', () => {
    expect(() => parseRules(many(1002))).toThrow('this one has 1002');
    const wrong = configuration(MINIMAL.replace('Enabled', 'On'));
    expect(codeOf(wrong)).toBe('InvalidArgument');
    expect(codeOf(wrong.slice(0, -1))).toBe('MalformedXML');
    expect(codeOf(wrong.replace('</Rep', '<Rule/></Rep'))).toBe('MalformedXML');
  });

  it('may have a thousand rules with everything that a rule can have', () => {
    const tags = Array.from({ length: 10 }, (_, n) => `<Tag><Key>${n}</Key><Value>${'中'.repeat(90)}</Value></Tag>`);
    const full = (n: number) =>
      `<ID>${n}</ID><Priority>${n + 1}</Priority><Status>Enabled</Status>` +
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

  it('may have a thousand elements in a rule, which is then refused for its fault, and not one more', () => {
    const tags = (count: number) =>
      configuration(`${MINIMAL}<Filter><And>${'<Tag><Key>a</Key><Value/></Tag>'.repeat(count)}</And></Filter>`);
    expect(codeOf(tags(331))).toBe('InvalidArgument');
    expect(codeOf(tags(332))).toBe('XMLSizeLimit');
  });

  it('is refused when it would be too long to return', () => {
    const quoted = (count: number) =>
      configuration(...Array.from({ length: count }, (_, n) => numbered(n, `${n}${'"'.repeat(250)}`)));
    expect(givenBack(quoted(100))).toContain('&quot;'.repeat(250));
    const tags = (n: number) =>
      Array.from({ length: 10 }, (_, t) => `<Tag><Key>${n}-${t}</Key><Value>${'"'.repeat(250)}</Value></Tag>`).join('');
    const text = configuration(
      ...Array.from({ length: 500 }, (_, n) => `${numbered(n)}<Filter><And>${tags(n)}</And></Filter>`),
    );
    expect(text.length).toBeLessThan(2 * 1024 * 1024);
    expect(codeOf(text)).toBe('XMLSizeLimit');
    // Line ends are longer in the platform's JSON.
    const lines = configuration(
      ...Array.from({ length: 60 }, (_, n) => numbered(n).replace('Enabled', `Enabled${'\n'.repeat(60_000)}`)),
    );
    expect(lines.length).toBeLessThan(4 * 1024 * 1024);
    expect(codeOf(lines)).toBe('XMLSizeLimit');
  });

  it('may have no blanks around a Role, wherever it is', () => {
    const [role] = /<Role>.*<\/Role>/.exec(configuration()) ?? [];
    const spaced = `<Role>${'\n'.repeat(30_000)}<!-- -->${role?.slice(6, -7)}\n</Role>`;
    const rule = `<Rule>${MINIMAL}</Rule>`;
    const document = (inner: string) => `<ReplicationConfiguration>${inner}</ReplicationConfiguration>`;
    expect(givenBack(document(rule + spaced))).toBe(document(rule + role));
    expect(givenBack(document(spaced + rule))).toBe(document(role + rule));
  });

  it('is returned in a form that can be sent again, even with the IDs added', () => {
    const most = 4 * 1024 * 1024;
    const nameless = (n: number, blanks: number) =>
      `<Status>Enabled${' '.repeat(blanks)}</Status><Prefix>${n}/</Prefix>${DESTINATION}`;
    const document = (blanks: number) => configuration(...Array.from({ length: 100 }, (_, n) => nameless(n, blanks)));
    const room = Math.floor((most - document(0).length) / 100);
    // An ID of 21 characters in its element.
    const withIds = document(room - 30);
    expect(givenBack(withIds).length).toBeGreaterThan(withIds.length);
    expect(codeOf(givenBack(withIds))).toBe('accepted');
    expect(codeOf(document(room - 29))).toBe('XMLSizeLimit');
  });

  it('gets the same IDs for tags in another order', () => {
    const tags = (...names: string[]) =>
      configuration(
        `<Status>Enabled</Status><Filter><And>${names.map((name) => `<Tag><Key>${name}</Key><Value/></Tag>`).join('')}</And></Filter>${DESTINATION}`,
      );
    const idOf = (text: string) => parseRules(text).rules[0]?.id;
    expect(idOf(tags('a', 'b', 'c'))).toBe(idOf(tags('c', 'a', 'b')));
    expect(idOf(tags('a', 'b'))).not.toBe(idOf(tags('a', 'c')));
  });

  it('may have 4 MB and no more', () => {
    const body = configuration(MINIMAL);
    const filled = body + ' '.repeat(4 * 1024 * 1024 - body.length);
    expect(codeOf(filled)).toBe('accepted');
    expect(codeOf(`${filled} `)).toBe('XMLSizeLimit');
  });
});
