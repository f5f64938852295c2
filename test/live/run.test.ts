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

// In the usual position `npm test` runs the suites by themselves.
it('runs the contract against a cloud that is on the other side at each point', { timeout: LONG }, async () => {
  // An account that the environment names is left alone.
  const account = { REAL_COS_SECRET_ID: 'AKIDnobody', REAL_COS_SECRET_KEY: 'none', REAL_COS_APPID: '1' };
  Object.assign(process.env, account);
  try {
    const { status, stdout } = await (await startCommand(RUN, ['--local', '--switched', '--only', 'contract'])).ended;
    expect(status).toBe(0);
    expect(stdout).toMatch(/== contract: as it is taken to be\n$/);
  } finally {
    for (const name of Object.keys(account)) delete process.env[name];
  }
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
