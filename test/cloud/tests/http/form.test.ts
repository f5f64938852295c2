import { describe, expect, it } from 'vitest';
import { readForm } from '../../http/cos/post/form.ts';

const TYPE = 'multipart/form-data; boundary=b';
const formOf = (length: number): Buffer =>
  Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n${'x'.repeat(length)}\r\n` +
      '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nbytes\r\n--b--\r\n',
  );

async function* inPieces(whole: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}

describe('the fields of a form', () => {
  it.each([1000, 65_536, 262_144, 300_100, 1_000_000])('are limited, in pieces of %d bytes as well', async (size) => {
    const large = readForm(inPieces(formOf(300_000), size), TYPE);
    await expect(large).rejects.toMatchObject({ code: 'MalformedPOSTRequest' });
    const { fields } = await readForm(inPieces(formOf(250_000), size), TYPE);
    expect(fields.get('key')).toHaveLength(250_000);
  });
});
