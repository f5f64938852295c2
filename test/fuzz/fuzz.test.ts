import { expect, it } from 'vitest';

import { fuzzApi } from './child.ts';
import { fuzzCos } from './cos.ts';
import { checkSignatures } from './signatures.ts';

/** A small part of `npm run test:fuzz`. A build also runs that command, with 100,000 of each. */
it('no event gives a 5xx, a crash, a hang, or an answer that COS would not give', async () => {
  const { passed, failed, flaws, statuses } = await fuzzApi({ runs: 2000, seed: 7 });
  expect(flaws).toEqual([]);
  expect({ passed, failed }).toEqual({ passed: 2000, failed: 0 });
  // Enough events must get past the signature, or this test would prove little.
  for (const status of [200, 202, 204, 400, 403, 404, 405]) expect(statuses[status]).toBeGreaterThan(10);
});

it('every signature of the SDK equals ours and is accepted, and no changed request is', () => {
  const { passed, failures } = checkSignatures(2000, 7);
  expect(failures).toEqual([]);
  expect(passed).toBe(2000);
});

it('no call of the local cloud ends in a 5xx, an error without its parts, or a lifecycle that cannot run', async () => {
  const { passed, failures, statuses } = await fuzzCos(1500, 7);
  expect(failures).toEqual([]);
  expect(passed).toBe(1500);
  for (const status of [200, 201, 204, 303, 400, 403, 404, 405, 409]) expect(statuses[status]).toBeGreaterThan(3);
});
