import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHARACTER } from '../../characters.ts';
import { escapeXml, readXml, writeXml } from '../../../shared/xml/index.ts';
import type { XmlElement, XmlInput } from '../../../shared/xml/index.ts';

const document: XmlInput = {
  name: 'Error',
  children: [
    { name: 'Code', text: 'NoSuchKey' },
    { name: 'Empty' },
    { name: 'A', children: [{ name: 'B', text: '1' }] },
  ],
};

describe('writeXml', () => {
  it('writes compactly', () => {
    expect(writeXml(document)).toBe('<Error><Code>NoSuchKey</Code><Empty/><A><B>1</B></A></Error>');
    expect(writeXml(document, { declaration: 'none' })).toBe(writeXml(document));
  });

  it('writes as COS does', () => {
    expect(writeXml(document, { declaration: 'cos', indent: true })).toBe(
      [
        `<?xml version='1.0' encoding='utf-8' ?>`,
        '<Error>',
        '\t<Code>NoSuchKey</Code>',
        '\t<Empty/>',
        '\t<A>',
        '\t\t<B>1</B>',
        '\t</A>',
        '</Error>',
      ].join('\n'),
    );
  });

  it('escapes text and attributes', () => {
    const element = { name: 'A', text: `<a href="x">&'\r\n\t\u0085`, attributes: { b: '"<&>\n\t' } };
    expect(writeXml(element)).toBe(
      `<A b="&quot;&lt;&amp;&gt;&#xA;&#x9;">&lt;a href=&quot;x&quot;&gt;&amp;'&#xD;\n\t&#x85;</A>`,
    );
    expect(escapeXml(']]>')).toBe(']]&gt;');
    expect(escapeXml('中 plain 😀')).toBe('中 plain 😀');
  });

  it.each([
    ['NUL', '\u0000', 'U+0000'],
    ['a control character', 'a\u001bb', 'U+001B'],
    ['half a surrogate pair', 'a\ud83d', 'U+D83D'],
    ['the other half', '\ude00a', 'U+DE00'],
    ['a noncharacter', '\uffff', 'U+FFFF'],
  ])('refuses %s', (_what, text, name) => {
    const refused = expect.objectContaining({
      name: 'XmlError',
      message: `The character ${name} cannot be written in XML.`,
    }) as Error;
    expect(() => escapeXml(text)).toThrow(refused);
    expect(() => writeXml({ name: 'A', text })).toThrow(refused);
    expect(() => writeXml({ name: 'A', attributes: { b: text } })).toThrow(refused);
  });

  it.each(['', '1a', 'a b', 'a>', 'a/', '-a', '\u0000', 'a"'])('refuses the name %j', (name) => {
    expect(() => writeXml({ name })).toThrow('cannot be written');
    expect(() => writeXml({ name: 'A', attributes: { [name]: '' } })).toThrow('cannot be written');
  });

  it('refuses text beside child elements', () => {
    expect(() => writeXml({ name: 'A', text: 'x', children: [{ name: 'B' }] })).toThrow('text and child elements');
  });
});

describe('a written document', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,6}$/);
  const text = fc
    .oneof(
      fc.string({ unit: CHARACTER }),
      fc.string({ unit: fc.constantFrom(...'<>&"\'\r\n\t ]aé中\u0085\u2028😀'.split(/(?:)/u)) }),
    )
    .filter((candidate) => !/(?![\t\n\r\u007f-\u009f])\p{Cc}|[\uFFFE\uFFFF]/u.test(candidate));
  const attributes = fc.dictionary(name, text, { maxKeys: 3 });
  const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
    element: fc.oneof(
      { depthSize: 'small', maxDepth: 6, withCrossShrink: true },
      fc.record({ name, text, attributes, children: fc.constant([]) }),
      fc.record({
        name,
        text: fc.constant(''),
        attributes,
        children: fc.array(tie('element'), { minLength: 1, maxLength: 4 }),
      }),
    ),
  }));

  it('is read back the same, in every form', () => {
    const plain = (root: XmlElement): unknown => JSON.parse(JSON.stringify(root));
    fc.assert(
      fc.property(element, fc.constantFrom('cos', 'none'), fc.boolean(), (root, declaration, indent) => {
        expect(plain(readXml(writeXml(root, { declaration, indent })))).toEqual(plain(root));
      }),
      { numRuns: 300 },
    );
  });
});
