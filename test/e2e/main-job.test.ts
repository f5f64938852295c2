import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appidOf } from '../../shared/cos/index.ts';
import { readConfiguration } from '../cloud/job/configuration.ts';
import { sharedCli } from './cli.ts';
import { familyOf, ROOT, startCommand, stillRunning } from './command.ts';

const START = 'test/cloud/bin/start.ts';
const CLOUD = 'test/cloud/bin/cloud.ts';
/** A deployment by the real CLI, and functions that start cold. */
const LONG = 240_000;
const FILES = 70;
/** The first of each list, because the file belongs to its user. */
const { source, destination } = await readConfiguration(sharedCli, ROOT);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'main-job-test-'));
  await mkdir(join(folder, 'files', 'deep', 'er'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  for (let n = 0; n < FILES; n += 1) {
    const name = ['', 'deep', 'deep/er'][n % 3] ?? '';
    // Two of them are larger than a part, so that they are uploaded in parts.
    const size = n < 2 ? 1_500_000 : n * 37;
    await writeFile(join(folder, 'files', name, `file ${n}.txt`), Buffer.alloc(size, `content ${n} `));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Shows the command's output when it ended in another way. */
function expectStatus({ status, stderr }: { status: number | null; stderr: string }, wanted: number): void {
  if (status !== wanted) throw new Error(`ended with ${status}, not ${wanted}:\n${stderr}`);
}

describe('npm start', () => {
  it(
    'replicates a folder and prints the result in one line of JSON',
    async () => {
      const command = await startCommand(START, [join(folder, 'files'), '--once', '--json']);
      const { status, stdout, stderr } = await command.ended;
      expectStatus({ status, stderr }, 0);
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(1);
      const summary = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
      expect(summary).toEqual({
        objects: expect.any(Number) as number,
        versions: expect.any(Number) as number,
        deleteMarkers: expect.any(Number) as number,
        bytes: expect.any(Number) as number,
        seconds: expect.any(Number) as number,
        mismatches: 0,
        lagMs: {
          p50: expect.any(Number) as number,
          p99: expect.any(Number) as number,
          max: expect.any(Number) as number,
        },
      });
      expect(summary['objects']).toBeGreaterThan(FILES);
      expect(summary['versions']).toBeGreaterThan(summary['objects'] as number);
      expect(summary['deleteMarkers']).toBeGreaterThan(0);
      expect(summary['bytes']).toBeGreaterThan(3_000_000);
      // Half of the files came before the rule, and some of the other half have lost their events.
      const [, before = '', lost = ''] = /(\d+) versions from before[^]*?(\d+) events?, dropped/.exec(stderr) ?? [];
      const [, found = ''] = /found +(\d+) missing versions/.exec(stderr) ?? [];
      expect(Number(lost)).toBeGreaterThan(0);
      expect(Number(before)).toBeGreaterThan(FILES / 2);
      expect(Number(found)).toBeGreaterThanOrEqual(Number(before) + Number(lost));
      expect(await command.leftFiles()).toEqual([]);
    },
    LONG,
  );

  it.each([
    { name: 'a missing folder', args: () => ['/does/not/exist'], message: /there is no folder/ },
    { name: 'an empty folder', args: () => [join(folder, 'empty')], message: /holds no file/ },
    { name: 'a file', args: () => [join(folder, 'files', 'file 0.txt')], message: /is not a folder/ },
    { name: 'an unknown option', args: () => ['--fast'], message: /'--fast'/ },
  ])('refuses $name', async ({ args, message }) => {
    const command = await startCommand(START, [...args(), '--json']);
    const { status, stdout, stderr } = await command.ended;
    expectStatus({ status, stderr }, 2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(await command.leftFiles()).toEqual([]);
  });

  it.each([
    { when: 'while the CLI deploys', seen: /packaged replicate/ },
    { when: 'while it uploads and replicates', seen: /uploaded +\d/ },
  ])(
    'leaves nothing behind when it is interrupted $when',
    async ({ seen }) => {
      const command = await startCommand(START, [join(folder, 'files'), '--once']);
      await command.said('stderr', seen);
      const family = familyOf(command.pid);
      expect(family.length).toBeGreaterThan(1);
      // Twice, because npm passes on a signal that the terminal has sent as well.
      command.kill('SIGINT');
      command.kill('SIGINT');
      const outcome = await command.ended;
      expectStatus(outcome, 130);
      expect(stillRunning(family)).toEqual([]);
      expect(await command.leftFiles()).toEqual([]);
    },
    LONG,
  );
});

describe('npm run cloud', () => {
  it(
    'prints all addresses in one line of JSON, and ends on SIGTERM without a trace',
    async () => {
      const command = await startCommand(CLOUD, ['--json']);
      const line = JSON.parse(await command.said('stdout', /\n/)) as Record<string, string>;
      expect(line).toEqual({
        endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
        secretId: expect.any(String) as string,
        secretKey: expect.any(String) as string,
        appid: appidOf(source.bucket),
        source,
        destination,
        role: 'qcs::cam::uin/100000000001:uin/100000000001',
        apiDomain: `replication.${source.region}.example.com`,
        stateBucket: expect.stringMatching(/-\d+$/) as string,
      });
      const family = familyOf(command.pid);
      command.kill('SIGTERM');
      const { status, stdout, stderr } = await command.ended;
      expectStatus({ status, stderr }, 0);
      expect(stdout.trimEnd().split('\n')).toHaveLength(1);
      expect(stillRunning(family)).toEqual([]);
      expect(await command.leftFiles()).toEqual([]);
    },
    LONG,
  );

  it('says that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const command = await startCommand(CLOUD, ['--json', '--port', String(port)]);
      const { status, stdout, stderr } = await command.ended;
      expectStatus({ status, stderr }, 1);
      expect(stderr).toMatch(new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use`));
      expect(stdout).toBe('');
      expect(await command.leftFiles()).toEqual([]);
    } finally {
      other.close();
    }
  });
});
