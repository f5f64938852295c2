import { expect, it } from 'vitest';
import { crc64Of } from '../../../shared/canary/crc64.ts';

it.each([
  ['', '0'],
  // The check value of CRC-64/XZ: 995dc9bbdf1939fa.
  ['123456789', '11051210869376104954'],
])('the checksum of %j is that of CRC-64/XZ, as COS tells it', (text, expected) => {
  expect(crc64Of(new TextEncoder().encode(text))).toBe(expected);
});
