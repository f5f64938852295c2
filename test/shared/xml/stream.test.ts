import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createXmlReader, readXml } from '../../../shared/xml/index.ts';
import type { XmlLimits } from '../../../shared/xml/index.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads in chunks cut at the given places; the events as lines. */
function read(document: Uint8Array, cuts: readonly number[] = [], limits: XmlLimits = {}): string[] {
  const events: string[] = [];
  const reader = createXmlReader(
    {
      open: (name, depth, attributes) => events.push(`${depth} <${name}> ${JSON.stringify(attributes)}`),
      close: (name, depth, text) => events.push(`${depth} </${name}> ${JSON.stringify(text)}`),
    },
    limits,
  );
  const sorted = cuts.map((cut) => cut % (document.length + 1)).toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...sorted, document.length]) {
    reader.write(document.subarray(from, to));
    from = to;
  }
  reader.close();
  return events;
}

const DOCUMENT = utf8(
  `\ufeff\r\n <?xml version='1.0' encoding='utf-8' ?>\r\n<List a="1&amp;2">\r\n\t<Key>中😀&lt;&#x4E2D;\r\n</Key>` +
    `<![CDATA[ ]]><Empty/><Deep><er>x<!-- c -->y<![CDATA[<z>]]></er></Deep></List>\r\n`,
);

describe('createXmlReader', () => {
  it('reports every element, with its depth and its own text', () => {
    expect(read(DOCUMENT)).toEqual([
      '1 <List> {"a":"1&2"}',
      '2 <Key> {}',
      '2 </Key> "中😀<中\\n"',
      '2 <Empty> {}',
      '2 </Empty> ""',
      '2 <Deep> {}',
      '3 <er> {}',
      '3 </er> "xy<z>"',
      '2 </Deep> ""',
      '1 </List> ""',
    ]);
  });

  it('gives the same events wherever the document is cut', () => {
    const whole = read(DOCUMENT);
    for (let cut = 0; cut <= DOCUMENT.length; cut++) expect(read(DOCUMENT, [cut])).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(read(DOCUMENT, cuts)).toEqual(whole);
      }),
    );
  });

  it('refuses every truncation', () => {
    const end = DOCUMENT.length - 2;
    for (let length = 0; length < end; length++) {
      expect(() => read(DOCUMENT.subarray(0, length))).toThrow(expect.objectContaining({ name: 'XmlError' }) as Error);
    }
    expect(read(DOCUMENT.subarray(0, end))).toEqual(read(DOCUMENT));
  });

  it('counts the size over all chunks', () => {
    const size = DOCUMENT.length;
    expect(read(DOCUMENT, [10, 20], { maxBytes: size })).not.toEqual([]);
    expect(() => read(DOCUMENT, [10, 20], { maxBytes: size - 1 })).toThrow(
      expect.objectContaining({ code: 'XMLSizeLimit' }) as Error,
    );
  });

  it('keeps refusing after an error', () => {
    const reader = createXmlReader({});
    expect(() => reader.write(utf8('<A></B>'))).toThrow('unexpected close tag');
    expect(() => reader.write(utf8('<A/>'))).toThrow('unexpected close tag');
    expect(() => reader.close()).toThrow('unexpected close tag');
  });

  it('accepts nothing after the end', () => {
    const reader = createXmlReader({});
    reader.write(utf8('<A/>'));
    reader.close();
    expect(() => reader.write(utf8(' '))).toThrow('already closed');
  });

  it('passes on the error of a handler', () => {
    const stop = new RangeError('enough');
    const reader = createXmlReader({
      open: () => {
        throw stop;
      },
    });
    expect(() => reader.write(utf8('<A/>'))).toThrow(stop);
    expect(() => reader.close()).toThrow(stop);
  });

  it('reads any bytes or refuses them', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const changed = Uint8Array.from(DOCUMENT);
        for (const { at, byte } of mutations) changed[at % changed.length] = byte;
        const outcome = ((): string => {
          try {
            readXml(changed);
            return 'read';
          } catch (error) {
            return error instanceof Error ? error.name : 'unknown';
          }
        })();
        expect(['read', 'XmlError']).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });

  it('reads a page of 1,000 versions', () => {
    const entry = (i: number): string =>
      `<Version><Key>logs/${i}</Key><VersionId>v${i}</VersionId><ETag>&quot;e&quot;</ETag><Size>${i}</Size></Version>`;
    const page = `<ListVersionsResult>${Array.from({ length: 1000 }, (_, i) => entry(i)).join('')}</ListVersionsResult>`;
    const keys: string[] = [];
    let size = 0;
    const reader = createXmlReader({
      close: (name, _depth, text) => {
        if (name === 'Key') keys.push(text);
        if (name === 'Size') size += Number(text);
      },
    });
    const document = utf8(page);
    for (let at = 0; at < document.length; at += 4096) reader.write(document.subarray(at, at + 4096));
    reader.close();
    expect(keys).toEqual(Array.from({ length: 1000 }, (_, i) => `logs/${i}`));
    expect(size).toBe(499_500);
  });
});
