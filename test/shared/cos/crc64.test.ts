import { expect, it } from 'vitest';
import { Crc64 } from '../../../shared/cos/index.ts';

it.each([
  ['', '0'],
  // The check value of CRC-64/XZ: 995dc9bbdf1939fa.
  ['123456789', '11051210869376104954'],
])('the checksum of %j is that of CRC-64/XZ, as COS returns it', (text, expected) => {
  const checksum = new Crc64();
  checksum.add(new TextEncoder().encode(text));
  expect(checksum.value).toBe(expected);
});
