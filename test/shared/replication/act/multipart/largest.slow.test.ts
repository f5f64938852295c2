import { expect, it } from 'vitest';
import { LARGEST_OBJECT, LARGEST_PART } from '../../../../../shared/replication/act/multipart/part-size.ts';
import { LargeDeployment } from '../../../../deployment/index.ts';
import { expectReplica } from './steps.ts';

it('an object of 48.8 TB is copied in 10,000 parts of 5 GB', async () => {
  const world = new LargeDeployment();
  await world.setRule();
  const source = world.upload('archive', LARGEST_OBJECT);
  await world.event(source);
  await world.rest();
  expectReplica(world, 'archive', source);
  expect(world.count('uploadPartCopy')).toBe(10_000);
  const ranges = world.calls
    .filter(({ name }) => name === 'uploadPartCopy')
    .map(({ args }) => (args[2] as { range: readonly [number, number] }).range);
  expect(ranges.every(([start, end]) => end - start + 1 === LARGEST_PART)).toBe(true);
  await world.close();
});
