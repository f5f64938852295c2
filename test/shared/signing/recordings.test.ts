import { describe, expect, it } from 'vitest';
import { nodeHash as hash } from '../../../shared/cos/index.ts';
import { readSignature, requestCandidates, sign, splitTarget, verifyAny } from '../../../shared/signing/index.ts';
import type { Pairs, SignableRequest } from '../../../shared/signing/index.ts';
import { recordings } from './fixtures.ts';
import type { Recording } from './fixtures.ts';

const all = recordings();
const unsigned = (entry: Recording): boolean => entry.method === 'OPTIONS';
const signed = all.filter((entry) => !unsigned(entry));

function onTheWire(entry: Recording): SignableRequest {
  return { method: entry.method, ...splitTarget(entry.rawUrl), headers: entry.headers };
}

function verified(entry: Recording, request: SignableRequest): SignableRequest {
  const fields = readSignature(entry.headers, request.query);
  if (fields === undefined) throw new Error('not signed');
  // The Android SDK sends a plus sign of a key unchanged and signs a blank in its place.
  const paths = request.path.includes('+') ? [request.path.replaceAll('+', ' ')] : [];
  const options = { secretKey: entry.secretKey, hash, now: fields.signTime.start * 1000 };
  return verifyAny(requestCandidates(request, fields, { paths }), fields, options);
}

function listed(pairs: Pairs, names: readonly string[]): Pairs {
  return pairs.filter(([name]) => names.includes(name.toLowerCase()));
}

describe('requests recorded from the official SDKs', () => {
  it('exist for every SDK', () => {
    const sdks = [...new Set(signed.map(({ sdk }) => sdk))].sort();
    expect(sdks.join(' ')).toBe('android c cpp dotnet go ios java js nodejs2 nodejs3 php python');
    expect(signed).toHaveLength(83);
  });

  it.each(signed.map((entry) => [entry.name, entry] as const))(
    'verify, and get the same signature: %s',
    (_name, entry) => {
      const request = verified(entry, onTheWire(entry));
      const authorization = entry.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
      const fields = readSignature(entry.headers, []);
      if (fields === undefined) throw new Error('not signed');
      const sameLists = {
        ...request,
        headers: listed(request.headers, fields.headerList),
        query: listed(request.query, fields.paramList),
      };
      const { secretId, secretKey } = entry;
      expect(sign(sameLists, { credentials: { secretId, secretKey }, time: fields.signTime, hash })).toBe(
        authorization,
      );
    },
  );

  it.each(signed.map((entry) => [entry.name, entry] as const))('do not verify when changed: %s', (_name, entry) => {
    const request = onTheWire(entry);
    expect(() => verified(entry, { ...request, path: `${request.path}x` })).toThrow('The Signature you specified');
    expect(() => verified({ ...entry, secretKey: `${entry.secretKey}x` }, request)).toThrow('you specified is invalid');
  });

  it.each(all.filter(unsigned).map((entry) => [entry.name, entry] as const))('are unsigned: %s', (_name, entry) => {
    expect(readSignature(entry.headers, onTheWire(entry).query)).toBeUndefined();
  });

  it('include the signed host of the Python SDK, which leaves the port out', () => {
    const python = signed.find(({ name }) => name === 'python-get-replication.json');
    if (python === undefined) throw new Error('no recording');
    expect(onTheWire(python).headers).toContainEqual(['Host', '127.0.0.1:18080']);
    expect(verified(python, onTheWire(python)).headers).toContainEqual(['Host', '127.0.0.1']);
  });

  it('verify where a front end dropped Content-Length: 0', () => {
    const dropped = signed.filter(({ method, headers }) => {
      const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
      return method === 'DELETE' && length === '0';
    });
    expect(dropped.length).toBeGreaterThan(2);
    for (const entry of dropped) {
      const headers = entry.headers.filter(([name]) => name.toLowerCase() !== 'content-length');
      expect(() => verified(entry, { ...onTheWire(entry), headers })).not.toThrow();
    }
  });
});
