import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../shared/cos/index.ts';
import type * as Signing from '../../../shared/signing/index.ts';
import { rangeOf, requestOf, vector } from './fixtures.ts';

describe('shared/signing in a browser', () => {
  it('signs in an environment that has nothing but the language', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['shared/signing/index.ts'],
      bundle: true,
      format: 'iife',
      globalName: 'signing',
      platform: 'browser',
      metafile: true,
      write: false,
    });
    expect(Object.keys(metafile.inputs).filter((file) => !/^shared\/(?:signing|errors)\//.test(file))).toEqual([]);

    const world = createContext({});
    const signing = runInContext(`${outputFiles[0]?.text ?? ''}; signing`, world) as typeof Signing;
    const { input, expect: expected } = vector('put-replication');
    const options = { credentials: input, time: rangeOf(input.keyTime), hash: nodeHash };
    expect(signing.sign(requestOf(vector('put-replication')), options)).toBe(expected['authorization']);
    const fields = signing.readSignature([['Authorization', expected['authorization'] ?? '']], []);
    expect(fields?.headerList).toContain('content-md5');
  });
});
