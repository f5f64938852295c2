import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pair, step } from './pair.ts';

it.each([0, 1000])('the core equals a list of rows in the order of writing, at a listing lag of %d ms', async (lag) => {
  const holds = fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      const pair = new Pair(lag);
      for (const step of steps) await pair.take(step);
      await pair.compare({ prefix: '', delimiter: '', maxKeys: 2 });
      pair.bench.clock.ms += lag;
      await pair.compare({ prefix: '', delimiter: '/', maxKeys: 1 });
    }),
    { numRuns: 150 },
  );
  await expect(holds).resolves.toBeUndefined();
});
