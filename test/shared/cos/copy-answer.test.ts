import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { quickCopy, strictCopy } from '../../../shared/cos/copy-answer.ts';
import { CosError } from '../../../shared/cos/index.ts';
import { UnusableAnswer } from '../../../shared/cos/calls.ts';
import { escapeXml } from '../../../shared/xml/index.ts';
import { damaged, damages, SNIPPETS, utf8 } from './listing-documents.ts';

const PLACE = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const CALL = { method: 'PUT', place: PLACE, key: 'a', effect: 'write' } as const;
const BODY =
  '<ETag>&quot;e-2&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified><VersionId>MTg0</VersionId><CRC64>123</CRC64>';
const ROOT = `<CopyObjectResult>${BODY}</CopyObjectResult>`;
const PLAIN = `<?xml version='1.0' encoding='utf-8' ?>\n${ROOT}\n`;

type Verdict = 'same' | 'different' | 'left to the strict reader';

function verdictOf(document: Uint8Array): Verdict {
  const quick = quickCopy(document);
  if (quick === undefined) return 'left to the strict reader';
  try {
    const strict = strictCopy(CALL, { status: 200, headers: {}, body: document, framed: true });
    expect(quick).toEqual(strict);
    return 'same';
  } catch (error) {
    if (error instanceof CosError || error instanceof UnusableAnswer) return 'different';
    throw error;
  }
}

describe('the quick reading of an answer to a copy', () => {
  it('takes the plain forms of COS', () => {
    const texts = { etag: '"e-2"', versionId: 'MTg0', crc64: '123' };
    expect(quickCopy(utf8(PLAIN))).toEqual(texts);
    expect(quickCopy(utf8(ROOT.replaceAll('&quot;', '"')))).toEqual(texts);
    expect(quickCopy(utf8('<CopyObjectResult><ETag>e</ETag></CopyObjectResult>'))).toEqual({
      etag: 'e',
      versionId: '',
      crc64: '',
    });
  });

  it("gives the strict reader's texts, whatever they are", () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
    let quick = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('ETag', 'VersionId', 'CRC64', 'Size', 'Other1')),
        text,
        (names, one) => {
          const elements = names.map((name) => `<${name}>${escapeXml(one)}</${name}>`).join('\n  ');
          const verdict = verdictOf(utf8(`<CopyObjectResult>${elements}</CopyObjectResult>`));
          expect(verdict).not.toBe('different');
          if (verdict === 'same') quick += 1;
        },
      ),
      { numRuns: 500 },
    );
    expect(quick).toBeGreaterThan(50);
  });

  it('leaves a damaged answer to it, or agrees', () => {
    fc.assert(
      fc.property(fc.array(damages, { minLength: 1, maxLength: 2 }), (all) => {
        let bytes = utf8(PLAIN);
        for (const damage of all) bytes = damaged(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), damage);
        expect(verdictOf(bytes)).not.toBe('different');
      }),
      { numRuns: 1000 },
    );
  });

  it.each([...SNIPPETS, '7', '<7>', '<CRC64>', '<64C>5</64C>', '<A1/>'])(
    'agrees about %j at every place',
    (snippet) => {
      for (let at = 0; at <= ROOT.length; at += 1) {
        expect(verdictOf(utf8(ROOT.slice(0, at) + snippet + ROOT.slice(at)))).not.toBe('different');
      }
    },
  );

  it('accepts no answer that was cut off', () => {
    for (let end = 0; end < ROOT.length; end += 1) expect(quickCopy(utf8(ROOT.slice(0, end)))).toBeUndefined();
  });

  it.each([
    ['an error', '<Error><Code>SlowDown</Code><ETag>e</ETag></Error>'],
    ['no ETag', '<CopyObjectResult><VersionId>v</VersionId></CopyObjectResult>'],
    ['a blank ETag', '<CopyObjectResult><ETag> </ETag></CopyObjectResult>'],
    ['two ETags', '<CopyObjectResult><ETag>a</ETag><ETag>b</ETag></CopyObjectResult>'],
    ['two checksums', '<CopyObjectResult><ETag>a</ETag><CRC64>1</CRC64><CRC64>1</CRC64></CopyObjectResult>'],
    ['a name that begins with a digit', '<CopyObjectResult><ETag>a</ETag><6C>1</6C></CopyObjectResult>'],
    ['nothing', ''],
  ])('leaves %s to it', (_what, document) => {
    expect(quickCopy(utf8(document))).toBeUndefined();
  });
});
