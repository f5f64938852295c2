import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SOURCE } from '../api/bench.ts';
import { BACKUP, createWorld, ruleText, type World } from '../../deployment/over-http.ts';
import type { Place } from '../../../shared/cos/index.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.rules(ruleText('all', BACKUP));
});
afterEach(() => world.close());

/** Removes one right of the engine, and nothing else. */
function deny(action: string, { bucket, region }: Place): void {
  const resource = [`qcs::cos:${region}:uid/1250000000:${bucket}/*`];
  const statement = [{ effect: 'deny', action: [`name/cos:${action}`], resource }];
  const document = JSON.stringify({ version: '2.0', statement });
  world.cloud.cam.attach('engine', world.cloud.cam.createPolicy({ name: 'denied', document }).id);
}

const body = (size: number) => Buffer.alloc(size, 'x');

describe('a refused copy names the side that refused it', () => {
  it.each([
    ['the source', 'GetObject', SOURCE, 10, 'source'],
    ['the destination', 'PutObject', BACKUP, 10, 'destination'],
    ['the source of an empty object', 'GetObject', SOURCE, 0, 'source'],
    ['the destination of an empty object', 'PutObject', BACKUP, 0, 'destination'],
  ] as const)('%s', async (_, action, place, size, side) => {
    await world.user.putObject(SOURCE, 'a', body(size));
    deny(action, place);
    const refused = { code: 'AccessDenied', request: 'PUT object (copy)', side };
    await expect(world.replicate('a')).rejects.toMatchObject(refused);
  });

  it('a refused copy names no side where the first byte of the original does not show it', async () => {
    await world.user.putObject(SOURCE, 'a', body(10));
    deny('PutObject', BACKUP);
    world.cloud.faults.set([
      {
        match: { method: 'GET', bucket: SOURCE.bucket, prefix: 'a' },
        effect: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
      },
    ]);
    await expect(world.replicate('a')).rejects.toMatchObject({ code: 'AccessDenied', side: undefined });
  });
});
