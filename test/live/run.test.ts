import { expect, it } from 'vitest';
import { startCommand } from '../e2e/command.ts';

const RUN = 'test/live/run.ts';
const LONG = 240_000;

it('asks every point of a local cloud and leaves nothing behind', { timeout: LONG }, async () => {
  const command = await startCommand(RUN, ['--local', '--only', 'points']);
  const { status, stdout, stderr } = await command.ended;
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^same {5}eventVersionId: false$/m);
  expect(stdout).toMatch(/^not asked lifecycleEvents: /m);
  expect(stdout).toMatch(/points asked, 0 differ\n== points: as the local cloud does\n$/);
  expect(await command.leftFiles()).toEqual([]);
});

// `npm test` runs the suites by themselves with the usual switches.
it('runs the contract against a cloud with every switch in its other position', { timeout: LONG }, async () => {
  // An account that the environment names is not used.
  const account = { REAL_COS_SECRET_ID: 'AKIDnobody', REAL_COS_SECRET_KEY: 'none', REAL_COS_APPID: '1' };
  Object.assign(process.env, account);
  try {
    const { status, stdout } = await (await startCommand(RUN, ['--local', '--switched', '--only', 'contract'])).ended;
    expect(status).toBe(0);
    expect(stdout).toMatch(/== contract: as the local cloud does\n$/);
  } finally {
    for (const name of Object.keys(account)) delete process.env[name];
  }
});

it('lists the missing settings for a real account', { timeout: LONG }, async () => {
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
