import { expect, it } from 'vitest';
import { startCommand } from '../e2e/command.ts';

const RUN = 'test/live/run.ts';
const LONG = 240_000;

it('asks every point of a local cloud and leaves nothing behind', { timeout: LONG }, async () => {
  const command = await startCommand(RUN, ['--local', '--only', 'points']);
  const { status, stdout, stderr } = await command.ended;
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^as taken eventVersionId: false$/m);
  expect(stdout).toMatch(/^not asked lifecycleEvents: /m);
  expect(stdout).toMatch(/points asked, 0 differ\n== points: as it is taken to be\n$/);
  expect(await command.leftFiles()).toEqual([]);
});

it('says what is missing for a real account', { timeout: LONG }, async () => {
  const names = ['REAL_COS_SECRET_ID', 'REAL_COS_SECRET_KEY', 'REAL_COS_APPID'];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  try {
    const { status, stderr } = await (await startCommand(RUN, [])).ended;
    expect([status, stderr]).toEqual([2, expect.stringContaining(`set ${names.join(', ')}`)]);
  } finally {
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
  }
});
