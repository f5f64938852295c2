import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { XmlError, child, children, readXml, readXmlByChild, textOf } from '../../../shared/xml/index.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function refused(code: 'MalformedXML' | 'XMLSizeLimit', message: string | RegExp): Error {
  const expected = expect.stringMatching(message) as string;
  return expect.objectContaining({ name: 'XmlError', code, status: 400, retryable: false, message: expected }) as Error;
}

describe('readXml', () => {
  it('reads names, text and attributes, in order', () => {
    const root = readXml(`<A x="1&lt;2"><B>b &amp; c</B><C/><B><![CDATA[<raw>]]> tail</B></A>`);
    expect(root).toEqual({
      name: 'A',
      text: '',
      attributes: { x: '1<2' },
      children: [
        { name: 'B', text: 'b & c', attributes: {}, children: [] },
        { name: 'C', text: '', attributes: {}, children: [] },
        { name: 'B', text: '<raw> tail', attributes: {}, children: [] },
      ],
    });
  });

  it('keeps the blanks of text and drops those between elements', () => {
    const root = readXml('<R>\r\n\t<Prefix> a\tb \n</Prefix>\r\n</R>\n');
    expect(root.text).toBe('');
    expect(textOf(root, 'Prefix')).toBe(' a\tb \n');
  });

  it.each([
    ['a line end, as the Android SDK sends it', '\r\n<R/>'],
    ['blanks before a declaration, as COS sends them while it completes an upload', '  \n <?xml version="1.0"?><R/>'],
    ['a byte order mark', '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<R/>'],
    ['the declaration of COS', `<?xml version='1.0' encoding='utf-8' ?>\n<R/>`],
    ['comments and processing instructions', '<!-- a --><?p q?><R><!-- b --></R><!-- c -->'],
    ['a trailing line end', '<R></R>\n\n'],
  ])('accepts %s', (_what, document) => {
    expect(readXml(document)).toEqual({ name: 'R', text: '', attributes: {}, children: [] });
  });

  it('reads bytes beyond ASCII', () => {
    expect(readXml(utf8('<R>中文 😀 &#x4E2D;&#128512;</R>')).text).toBe('中文 😀 中😀');
  });

  it('does not confuse names with those of every object', () => {
    const root = readXml('<R __proto__="x" constructor="y"><constructor>z</constructor></R>');
    expect(Object.entries(root.attributes)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(textOf(root, 'constructor')).toBe('z');
    expect(child(root, 'toString')).toBeUndefined();
  });
});

describe('readXml refuses', () => {
  it.each<readonly [string, string | Uint8Array, string | RegExp]>([
    ['nothing', '', 'empty'],
    ['blanks', ' \r\n\t ', 'empty'],
    ['text', '{"a":1}', 'does not begin with a tag'],
    ['an unclosed element', '<A><B></B>', 'unclosed tag: A'],
    ['a cut tag', '<A><B', 'not well-formed'],
    ['a cut declaration', '<?xml version="1.0"', 'not well-formed'],
    ['a wrong end tag', '<A></B>', /1:\d+: unexpected close tag/],
    ['a second root', '<A/><B/>', 'not well-formed'],
    ['text after the root', '<A/>x', 'not well-formed'],
    ['a bare ampersand, as the PHP SDK sends it', '<A>a & b</A>', 'not well-formed'],
    ['an undefined entity', '<A>&nbsp;</A>', 'undefined entity'],
    ['an attribute without quotes', '<A b=c/>', 'not well-formed'],
    ['an attribute twice', '<A b="1" b="2"/>', 'not well-formed'],
    ['an open comment', '<A><!-- </A>', 'not well-formed'],
    ['a DOCTYPE', '<!DOCTYPE A><A/>', 'DOCTYPE'],
    ['an HTML page', '<!DOCTYPE html><html></html>', 'DOCTYPE'],
    ['an entity bomb', '<!DOCTYPE A [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><A>&b;</A>', 'DOCTYPE'],
    ['an external entity', '<!DOCTYPE A [<!ENTITY a SYSTEM "file:///etc/passwd">]><A>&a;</A>', 'DOCTYPE'],
    ['a cut DOCTYPE', '<!DOCTYPE A [', 'not well-formed'],
    ['NUL', '<A>\u0000</A>', 'disallowed character'],
    ['NUL as a reference', '<A>&#0;</A>', 'not well-formed'],
    ['a control character as a reference', '<?xml version="1.1"?><A>&#1;</A>', 'not well-formed'],
    ['another encoding', '<?xml version="1.0" encoding="gbk"?><A/>', 'another encoding'],
    ['bytes that are not UTF-8', bytes(0x3c, 0x41, 0x3e, 0xff, 0x3c, 0x2f, 0x41, 0x3e), 'not UTF-8'],
    ['a cut UTF-8 sequence', bytes(...utf8('<A/>'), 0xe4, 0xb8), 'not UTF-8'],
    ['a surrogate in UTF-8', bytes(...utf8('<A>'), 0xed, 0xa0, 0x80, ...utf8('</A>')), 'not UTF-8'],
    ['UTF-16', bytes(0xff, 0xfe, 0x3c, 0, 0x41, 0, 0x2f, 0, 0x3e, 0), 'not UTF-8'],
    ['text beside elements', '<A>Enabled<B/></A>', 'beside child elements'],
    ['text after elements', '<A><B/>Enabled</A>', 'beside child elements'],
    ['text between elements', '<A><B/>x<B/></A>', 'beside child elements'],
  ])('%s', (_what, document, message) => {
    expect(() => readXml(document)).toThrow(refused('MalformedXML', message));
  });

  it('to quote a name of any length', () => {
    const error = (() => {
      try {
        return readXml(`<${'a'.repeat(100_000)}></b>`);
      } catch (cause) {
        return cause;
      }
    })();
    expect(error).toBeInstanceOf(XmlError);
    expect((error as XmlError).message.length).toBeLessThan(300);
  });

  it('elements that are nested too deep', () => {
    const nested = (depth: number): string => '<A>'.repeat(depth) + '</A>'.repeat(depth);
    expect(readXml(nested(16)).name).toBe('A');
    expect(() => readXml(nested(17))).toThrow(refused('MalformedXML', 'deeper than 16'));
    expect(() => readXml(nested(3), { maxDepth: 2 })).toThrow(refused('MalformedXML', 'deeper than 2'));
    expect(() => readXml('<A>'.repeat(1_000_000))).toThrow(refused('MalformedXML', 'deeper than 16'));
  });

  it('a document that is too large, before it is parsed', () => {
    const document = '<A>中</A>';
    expect(readXml(document, { maxBytes: 10 }).text).toBe('中');
    expect(() => readXml(document, { maxBytes: 9 })).toThrow(refused('XMLSizeLimit', 'larger than 9 bytes'));
    expect(() => readXml(new Uint8Array(4 * 1024 * 1024 + 1))).toThrow(refused('XMLSizeLimit', 'larger than 4194304'));
  });

  it('too many elements', () => {
    const limits = { maxElements: 3 };
    expect(readXml('<A><B/><B/></A>', limits).children).toHaveLength(2);
    expect(() => readXml('<A><B/><B/><B/></A>', limits)).toThrow(refused('XMLSizeLimit', 'more than 3 elements'));
  });
});

describe('documents that an attacker makes long', () => {
  const KB = 1024;

  it.each([
    ['a text of entities', `<A>${'&amp;'.repeat(300 * KB)}`],
    ['a text of line ends', `<A>${'\r'.repeat(400 * KB)}`],
    ['an attribute of line ends', `<A xmlns:b="${'\n'.repeat(400 * KB)}`],
    ['an attribute of entities', `<A xmlns:b="${'&lt;'.repeat(300 * KB)}`],
    ['a comment before the root', `<!--${'- '.repeat(300 * KB)}`],
    ['a comment after the root', `<A/><!--${'- '.repeat(300 * KB)}`],
    ['an instruction', `<?a ${'?x'.repeat(300 * KB)}`],
    ['a CDATA section', `<A><![CDATA[${']x'.repeat(300 * KB)}`],
  ])('are refused before their end, where each piece costs a string: %s', (_what, document) => {
    expect(() => readXml(document)).toThrow(refused('XMLSizeLimit', 'A tag, text or comment is too long'));
  });

  it.each([
    ['a text', `<A>${'x'.repeat(65 * KB)}</A>`],
    ['a text in pieces', `<A>${'<![CDATA[x]]>'.repeat(65 * KB)}</A>`],
    ['a text among blanks', `<A>${' '.repeat(65 * KB)}x</A>`],
  ])('are refused past the limit: %s', (_what, document) => {
    expect(() => readXml(document)).toThrow(refused('XMLSizeLimit', 'more than 65536 characters'));
  });

  it('may have blanks between elements, comments and namespaces as long as the document', () => {
    const long = 3 * KB * KB;
    for (const inner of [`${' '.repeat(long)}<B/>`, `${'\n'.repeat(long)}<B/>`, `<!--${'x'.repeat(long)}--><B/>`]) {
      expect(readXml(`<A>${inner}</A>`).children).toHaveLength(1);
    }
    expect(readXml(`<A xmlns="${'x'.repeat(long)}"><B/></A>`).children).toHaveLength(1);
  });

  it('may not have many tags, texts and comments in sequence, nor blanks around the root', () => {
    const half = 'x'.repeat(32 * KB);
    const blanks = '\r'.repeat(1024 * KB);
    const document = `${blanks}<A>${`<B>${half}</B><!--${half}-->`.repeat(10)}</A>${blanks}<!-- -->${blanks}`;
    expect(readXml(document).children).toHaveLength(10);
  });

  it('may have a text up to its limit in any place', () => {
    const text = '\u3000'.repeat(64 * KB);
    for (const before of [0, 1, 5000, 16_000, 16_383]) {
      const document = (more: string) => `<A><!--${'x'.repeat(before)}--><B>${text}${more}</B></A>`;
      expect(readXml(document('')).children).toHaveLength(1);
      expect(() => readXml(document('x'))).toThrow(refused('XMLSizeLimit', 'more than 65536 characters'));
    }
  });

  it('cannot hide malformed parts after blanks that follow the root', () => {
    const blanks = ' '.repeat(100 * KB);
    for (const wrong of [`<A/>${blanks}x`, `<A/><!-${blanks}- -->`, `<A/>${blanks}<B/>`, `<A/><?${blanks}a?>`]) {
      expect(() => readXml(wrong)).toThrow(refused('MalformedXML', 'not well-formed'));
    }
  });

  it('may not have a tag with more than 64 attributes', () => {
    const tag = (count: number) => `<A ${Array.from({ length: count }, (_, n) => `a${n}="b"`).join(' ')}/>`;
    expect(Object.keys(readXml(tag(64)).attributes)).toHaveLength(64);
    expect(readXml(`<R>${tag(64)}${tag(64)}</R>`).children).toHaveLength(2);
    expect(() => readXml(tag(65))).toThrow(refused('XMLSizeLimit', 'more than 64 attributes'));
  });
});

describe('readXmlByChild', () => {
  const DOCUMENT = '<R a="1"> <A><B>1</B></A>\n<A/><C>2</C></R>';

  it('returns each child of the root, whole, and the root with none', () => {
    const seen: unknown[] = [];
    const root = readXmlByChild(DOCUMENT, (element, { name, attributes }) => seen.push({ element, name, attributes }));
    expect(seen).toEqual(readXml(DOCUMENT).children.map((element) => ({ element, name: 'R', attributes: { a: '1' } })));
    expect(root).toEqual({ ...readXml(DOCUMENT), children: [] });
  });

  it('bounds the elements of one child, not those of the document', () => {
    const give = (document: string) => {
      let count = 0;
      readXmlByChild(document, () => (count += 1), { maxChildElements: 3 });
      return count;
    };
    expect(give(`<R>${'<A><B/><B/></A>'.repeat(50)}</R>`)).toBe(50);
    expect(() => give(`<R><A/><A><B/><B/><B/></A></R>`)).toThrow(
      refused('XMLSizeLimit', '<A> holds more than 3 elements'),
    );
  });

  it('throws for the document after its last child, and passes on the error of a handler', () => {
    const seen: string[] = [];
    const give = (element: { name: string }) => seen.push(element.name);
    expect(() => readXmlByChild('<R><A/><B/><C></R>', give)).toThrow(refused('MalformedXML', 'unexpected close tag'));
    expect(seen.slice(0, 2)).toEqual(['A', 'B']);
    const stop = new RangeError('enough');
    expect(() =>
      readXmlByChild('<R><A/></R>', () => {
        throw stop;
      }),
    ).toThrow(stop);
  });
});

describe('the helpers', () => {
  const root = readXml('<R><A>1</A><B>2</B><A>3</A><C><D/></C><E/></R>');

  it('find children', () => {
    expect(children(root, 'A').map(({ text }) => text)).toEqual(['1', '3']);
    expect(children(root, 'X')).toEqual([]);
    expect(child(root, 'B')?.text).toBe('2');
    expect(child(root, 'X')).toBeUndefined();
    expect([textOf(root, 'B'), textOf(root, 'E'), textOf(root, 'X')]).toEqual(['2', '', undefined]);
  });

  it('refuse where one would be lost', () => {
    expect(() => child(root, 'A')).toThrow(refused('MalformedXML', '<R> has more than one <A>'));
    expect(() => textOf(root, 'A')).toThrow(XmlError);
    expect(() => textOf(root, 'C')).toThrow(refused('MalformedXML', 'elements where text belongs'));
  });
});

describe('the rules that the official SDKs send', () => {
  const folder = new URL('../../fixtures/requests/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('put-replication.json'));

  it.each(files)('%s', (name) => {
    const { bodyBase64 } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { bodyBase64: string };
    const root = readXml(Buffer.from(bodyBase64, 'base64'));
    const rule = child(root, 'Rule');
    expect(root.name).toBe('ReplicationConfiguration');
    expect(textOf(root, 'Role')).toBe('qcs::cam::uin/100000000001:uin/100000000001');
    expect(rule === undefined ? undefined : textOf(rule, 'Status')).toBe('Enabled');
  });
});
