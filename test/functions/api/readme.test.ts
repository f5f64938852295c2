import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';

import { describe, expect, it } from 'vitest';

import { deployment, failures, objectStatus, preflighted, reattempted } from '../../../functions/api/schemas.ts';
import { dryRun } from '../../../functions/api/dry-run-schemas.ts';
import { bucketStatus, precondition } from '../../../functions/api/scan-schemas.ts';
import { verified } from '../../../functions/api/verify-schemas.ts';
import { VERBS } from '../../../functions/api/verbs/index.ts';
import { DIFFERENCES, HARMLESS } from '../../../shared/verify/index.ts';
import { splitTarget } from '../../../shared/signing/index.ts';
import { PAIR, createBench, urlEvent } from './bench.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const readme = await readFile(path.join(ROOT, 'functions/api/README.md'), 'utf8');

/** The blocks of code on the page. */
const blocks = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language = '', text = '']) => ({ language, text }));
const examples = blocks.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text) as unknown);

/** The schemas of the examples, in the order of the page. */
const SHOWN = [
  objectStatus,
  failures,
  reattempted,
  preflighted,
  dryRun,
  deployment,
  bucketStatus,
  precondition,
  verified,
] as const;

/** The schema of each call's answer; a text says why the page has no example of it. */
const ANSWERS: Readonly<Record<string, (typeof SHOWN)[number] | 'XML of COS' | 'a part of another answer'>> = {
  'PUT /?replication': 'XML of COS',
  'GET /?replication': 'XML of COS',
  'DELETE /?replication': 'XML of COS',
  'GET /<key>?replicationStatus': objectStatus,
  'GET /?replicationStatus': bucketStatus,
  'GET /?replicationScans': 'a part of another answer',
  'POST /?replicationScan': 'a part of another answer',
  'POST /?replicationPause': 'a part of another answer',
  'POST /?replicationResume': 'a part of another answer',
  'GET /?replicationFailures': failures,
  'POST /?replicationReattempt': reattempted,
  'POST /?replicationDryRun': dryRun,
  'POST /?replicationVerify': verified,
  'GET /?replicationVerify': verified,
  'POST /?replicationPreflight': preflighted,
  'GET /?replicationDeployment': deployment,
};

const callOf = ({ method, subresource, on }: (typeof VERBS)[number]): string =>
  `${method} /${on === 'object' ? '<key>' : ''}?${subresource}`;

it('the page says of each difference of a verification whether it is safe', () => {
  const rows = [...readme.matchAll(/^\| `([\w-]+)` +\| (yes|no) +\|/gm)].map(([, kind, safe]) => [kind, safe]);
  expect(rows).toEqual(DIFFERENCES.map((kind) => [kind, HARMLESS.has(kind) ? 'yes' : 'no']));
});

describe('the examples of the README', () => {
  it.each(SHOWN.map((schema, index) => [index, schema] as const))(
    'are as the schema says: number %i',
    (index, schema) => {
      expect(z.safeParse(schema, examples[index]).error).toBeUndefined();
    },
  );

  it('include one of each answer', () => {
    expect(examples).toHaveLength(SHOWN.length);
    expect(Object.keys(ANSWERS).toSorted()).toEqual(VERBS.map(callOf).toSorted());
    const answers = Object.values(ANSWERS).filter((answer) => typeof answer !== 'string');
    expect(answers.filter((answer) => !SHOWN.includes(answer))).toEqual([]);
  });
});

describe('the table of calls', () => {
  it('has each call with its right, and no other', () => {
    const rows = [...readme.matchAll(/^\| `(\w+ \/[^`]*\?\w+)` +\| (\w+) /gm)].map(
      ([, call, right]) => `${call} ${right}`,
    );
    const calls = VERBS.map((verb) => `${callOf(verb)} ${verb.right}`);
    expect(rows.toSorted()).toEqual(calls.toSorted());
  });
});

const env = { ...process.env, API: 'api.example.com', SECRET_ID: PAIR.secretId, SECRET_KEY: PAIR.secretKey };

/** The status for a signature that was just made. */
async function answered(method: string, target: string, authorization: string): Promise<number> {
  const bench = await createBench();
  bench.time = Date.now();
  const call = { method, host: env.API, ...splitTarget(target), body: '' };
  const headers = [
    ['host', env.API],
    ['authorization', authorization],
  ] as const;
  return (await bench.send(urlEvent({ ...call, headers }))).statusCode;
}

describe('the ways to sign', () => {
  it('with curl work in each line that the README shows', async () => {
    const script = blocks.find(({ language }) => language === 'sh')?.text ?? '';
    // A curl that only prints its arguments.
    const fake = 'curl() { printf "%s\\n" "$2" "${!#}"; }\n';
    const { stdout } = await run('bash', ['-c', fake + script], { cwd: ROOT, env });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(8);
    const methods = ['GET', 'GET', 'POST', 'POST'];
    for (const [index, method] of methods.entries()) {
      const [header = '', url = ''] = lines.slice(index * 2);
      const status = await answered(
        method,
        url.replace(`https://${env.API}`, ''),
        header.replace('Authorization: ', ''),
      );
      // Past the signature. The rest of the call needs objects and buckets that this bench lacks.
      expect([200, 202, 404, 500]).toContain(status);
    }
  });

  it('with the SDK work', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'readme-'));
    const bench = await createBench();
    const server = createServer((request, response) => {
      bench.time = Date.now();
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
      const target = splitTarget(request.url ?? '/');
      void bench
        .send(urlEvent({ method: request.method ?? '', host: '', ...target, headers, body: '' }))
        .then(({ statusCode, headers: fields, body }) => response.writeHead(statusCode, fields).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const script = blocks.find(({ language }) => language === 'js')?.text ?? '';
      await writeFile(path.join(folder, 'replication.mjs'), script.replace('https://', 'http://'));
      await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { stdout } = await run('node', ['replication.mjs', 'GET', '/', 'replicationFailures'], {
        cwd: folder,
        env: { ...env, API: host },
      });
      const [status, ...rest] = stdout.split(' ');
      expect(status).toBe('200');
      expect(failures.parse(JSON.parse(rest.join(' ')))).toMatchObject({ items: [] });
      // Past the signature, and about this very key.
      const odd = ['replication.mjs', 'GET', '/a?b#c%/中 1', 'replicationStatus'];
      const asked = await run('node', odd, { cwd: folder, env: { ...env, API: host } });
      expect(asked.stdout).toMatch(/^404 .*<Code>NoSuchKey<\/Code>/s);
      expect(asked.stdout).toContain('/a?b#c%/中 1</Resource>');
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    }
  });
});
