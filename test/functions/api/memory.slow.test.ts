import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { HEAVY, LARGE } from '../../fuzz/bodies.ts';
import { deployApi } from './deployed.ts';
import type { Deployed, Process } from './deployed.ts';

/** MB. The platform ends a function that takes more, and so does the local cloud. */
const MEMORY = 128;

let deployed: Deployed;
let process: Process;

beforeAll(async () => {
  deployed = await deployApi();
});
beforeEach(() => {
  process = deployed.start(MEMORY);
});
afterEach(() => {
  process.kill();
});
afterAll(() => deployed.close());

it.each(Object.entries(LARGE))('128 MB are enough to store, replace and return %s', async (_what, document) => {
  const body = document();
  for (let i = 0; i < 2; i += 1) {
    expect(await process.call({ method: 'PUT', body })).toMatchObject({
      kind: 'returned',
      answer: { statusCode: 200 },
    });
  }
  const got = await process.call({ method: 'GET' });
  expect(got).toMatchObject({ kind: 'returned', answer: { statusCode: 200 } });
  expect(got.answer?.body.match(/<Rule>/g)).toHaveLength(1000);
  expect(process.alive).toBe(true);
});

it('128 MB are enough for one process that gets all documents that are built to need much memory', async () => {
  for (const document of HEAVY) {
    const body = document();
    const calls = [
      { method: 'PUT', body },
      { method: 'POST', query: [['replicationReattempt', '']] as const, body },
    ];
    for (const call of calls) {
      const { kind, answer } = await process.call(call);
      expect(kind).toBe('returned');
      expect([200, 202, 400]).toContain(answer?.statusCode);
    }
  }
  expect(process.alive).toBe(true);
}, 180_000);
