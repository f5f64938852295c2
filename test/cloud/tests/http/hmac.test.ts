import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacSha1 } from '../../http/cos/hmac.ts';

const wanted = (key: string, text: string): string => createHmac('sha1', key).update(text).digest('hex');

describe('the fast HMAC of the signature check', () => {
  it("equals node:crypto's for keys and texts around each limit, in every order", () => {
    const keys = [0, 1, 40, 63, 64, 65, 200].map((length) => 'k'.repeat(length)).concat('é'.repeat(32), 'é'.repeat(33));
    const texts = [0, 1, 55, 64, 999, 1000, 1001, 5000].map((length) => 't'.repeat(length)).concat('€'.repeat(1000));
    for (const key of keys) for (const text of texts) expect(hmacSha1(key, text)).toBe(wanted(key, text));
    for (const text of texts) for (const key of keys) expect(hmacSha1(key, text)).toBe(wanted(key, text));
  });

  it('treats half a surrogate pair as node:crypto does', () => {
    expect(hmacSha1('key', 'a\ud800b')).toBe(wanted('key', 'a\ud800b'));
    expect(hmacSha1('\udc00', 'text')).toBe(wanted('\udc00', 'text'));
  });
});
