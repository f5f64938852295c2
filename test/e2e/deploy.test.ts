import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCosClient, objectsUnder } from '../../shared/cos/index.ts';
import { createKeyStore } from '../../shared/access/index.ts';
import { createRuleStore, mergeStarts, parseRules } from '../../shared/rules/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud } from '../cloud/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import type { Outcome } from '../cloud/job/cli.ts';
import { coldCli, sharedCli, warmCli, type WarmCli } from './cli.ts';
import { configurationWith } from './configuration.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const LISTS = { sources: ['source-1250000000@ap-guangzhou'], destinations: ['backup-1250000000@ap-shanghai'] };
/** Some tests run the CLI three times, each with a bundling and a start. */
const LONG = 240_000;
const FUNCTIONS = ['replicate', 'task', 'scan', 'schedule', 'api'].map((key) => `cos-replication-dev-${key}`);

let cloud: LocalCloud;
/** The tests deploy a copy, because an edit between two deployments would be a change that no test made. */
let project: string;
let cli: WarmCli;
beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'deploy-'));
  for (const name of ['package.json', 'functions', 'shared']) {
    await cp(path.join(ROOT, name), path.join(project, name), { recursive: true });
  }
  await symlink(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'));
  await writeFile(path.join(project, 'serverless.yml'), configurationWith(ROOT, LISTS));
  cloud = await startCloud();
  cli = warmCli(project, environment());
  for (const [bucket, region] of [
    ['source-1250000000', 'ap-guangzhou'],
    ['backup-1250000000', 'ap-shanghai'],
  ] as const) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
});
afterAll(async () => {
  await cli.close();
  await cloud.close();
  await rm(project, { recursive: true });
});

function environment(): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
    TENCENTCLOUD_ENDPOINT: cloud.endpoint,
    TENCENTCLOUD_SECRET_ID: cloud.secretId,
    TENCENTCLOUD_SECRET_KEY: cloud.secretKey,
  };
}

const serverless = (args: readonly string[]): Promise<Outcome> => cli.run(args);

/** Throws with the CLI's whole output unless it succeeded. */
async function succeed(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await serverless(args);
  if (status !== 0) throw new Error(`serverless ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** A rule as the API stores it. */
async function storeRule(): Promise<void> {
  const root = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const cos = createCosClient({ credentials: () => root, endpoint: cloud.endpoint });
  const source = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
  const document = parseRules(
    '<ReplicationConfiguration><Role>qcs::cam::uin/100000000001:uin/100000000001</Role><Rule><Status>Enabled</Status>' +
      '<Prefix></Prefix><Destination><Bucket>qcs::cos:ap-shanghai::backup-1250000000</Bucket></Destination></Rule>' +
      '</ReplicationConfiguration>',
  );
  const rules = mergeStarts(undefined, document.rules, 0);
  const store = createRuleStore({ cos, state: STATE, now: Date.now });
  await store.put({ source, role: document.role, rules, xml: document.xml, created: 0 });
  cos.close();
}

/** The state objects that must outlive a deployment. */
async function readState(): Promise<{ readonly marker: string; readonly rules: readonly string[] }> {
  const root = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const cos = createCosClient({ credentials: () => root, endpoint: cloud.endpoint });
  const marker = await cos.getObject(STATE, 'secrets/marker-key/1');
  const rules: string[] = [];
  for await (const { key } of objectsUnder(cos, STATE, 'rules/')) {
    rules.push(Buffer.from((await cos.getObject(STATE, key))?.body ?? []).toString());
  }
  cos.close();
  return { marker: Buffer.from(marker?.body ?? []).toString(), rules };
}

const deployed = () => cloud.scf.listFunctions('ap-guangzhou', 'default').map(({ id }) => id.name);

/** One after the other: a deployment is made, inspected, used and removed. */
describe.sequential('serverless', { timeout: LONG }, () => {
  it('names missing variables', async () => {
    const env = { ...environment(), TENCENTCLOUD_SECRET_KEY: '' };
    const { status, stdout } = await sharedCli.run({ folder: project, args: ['info'], env });
    expect(status).toBe(1);
    expect(stdout).toMatch(/Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY/);
  });

  it('lists the commands of replication when one does not exist, and links to no help page of others', async () => {
    // In a process of its own, because the CLI ends while it still loads the plugin.
    const words = ['replication', 'nosuch', '--region', 'ap-guangzhou'];
    const { status, stdout, stderr } = await coldCli(project, words, environment());
    expect(status).toBe(1);
    expect(stdout).toMatch(/^Error: There is no command "replication nosuch": use one of console, status,/m);
    expect(stdout + stderr).not.toMatch(/serverless\.com|github\.com/);
  });

  it('names the line of an invalid setting, and links to no help page of others', async () => {
    const file = path.join(project, 'serverless.yml');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good.replace('auth: NONE', 'auth: ALL')}foo: 1\n`);
    // In a process of its own, because the CLI ends before it is ready and would leave its state to the next command.
    const { status, stdout } = await coldCli(project, ['package'], environment());
    await writeFile(file, good);
    expect(status).toBe(1);
    expect(stdout).toMatch(/serverless\.yml, line \d+: foo is not a setting; correct its name or take it out\./);
    expect(stdout).toMatch(/line \d+: functions\.api\.events\.\d\.http\.auth is "ALL", and must be .*\[NONE, CAM\]\./);
    expect(stdout).not.toMatch(/serverless\.com|slss\.io/);
  });

  it('deploys', async () => {
    // In a process of its own, as a user runs it.
    const { status, stdout: output } = await coldCli(project, ['deploy'], environment());
    expect([status, output]).toEqual([0, expect.any(String)]);
    for (const name of FUNCTIONS) expect(output).toContain(`${name}: created`);
    expect(output).toContain(`function URL: https://${cloud.scf.functionUrls()[0]?.host}`);
    expect(deployed().sort()).toEqual([...FUNCTIONS].sort());
    expect(cloud.core.getVersioning(STATE.bucket, STATE.region)).toBeUndefined();
  });

  it('finds everything unchanged the second time, and prints each call with --verbose, but no secret', async () => {
    const { status, stdout: output, stderr } = await serverless(['deploy', '--region', 'ap-guangzhou', '--verbose']);
    expect(status).toBe(0);
    expect(stderr).toContain('scf GetFunction {"FunctionName":"cos-replication-dev-schedule"');
    expect(stderr).toContain(`cos getObject ${STATE.bucket}/secrets/marker-key/`);
    const { marker } = await readState();
    for (const secret of [cloud.secretKey, marker]) expect(output + stderr).not.toContain(secret);
    for (const name of FUNCTIONS) expect(output).toContain(`${name}: unchanged`);
    expect(output).not.toMatch(/: (created|updated)/);
  });

  it('shows functions, triggers and the URL', async () => {
    const output = await succeed('info');
    for (const name of FUNCTIONS) expect(output).toMatch(new RegExp(`${name} +Active`));
    expect(output).toContain('cos source-1250000000 cos:ObjectCreated:*');
    expect(output).toContain(`cos ${STATE.bucket} cos:ObjectCreated:* tasks/`);
    const [url] = cloud.scf.functionUrls();
    expect(output).toContain(`function URL: https://${url?.host}`);
  });

  it('invokes a function in the cloud and locally, and shows its log', async () => {
    await succeed('invoke', '-f', 'schedule', '-d', '{"Type":"Timer","TriggerName":"minute"}');
    await succeed('invoke', 'local', '-f', 'schedule', '-d', '{"Type":"Timer","TriggerName":"minute"}');
    const [run] = cloud.scf.logs({
      region: 'ap-guangzhou',
      namespace: 'default',
      name: 'cos-replication-dev-schedule',
    });
    expect(await succeed('logs', '-f', 'schedule')).toContain(run?.requestId);
  });

  it('refuses an unknown function', async () => {
    const { status, stdout } = await serverless(['invoke', '-f', 'nothing']);
    expect([status, stdout]).toEqual([1, expect.stringMatching(/-f with one of replicate, task, scan, schedule, api/)]);
  });

  it('makes, lists and removes API keys', async () => {
    const args = ['--buckets', 'source-1250000000', '--rights', 'read'];
    const key = JSON.parse(await succeed('replication', 'key', 'add', ...args, '--json')) as {
      secretId: string;
      secretKey: string;
    };
    const root = { secretId: cloud.secretId, secretKey: cloud.secretKey };
    const cos = createCosClient({ credentials: () => root, endpoint: cloud.endpoint });
    const store = createKeyStore({ cos, state: STATE, now: Date.now, random: () => new Uint8Array() });
    expect(await store.find(key.secretId)).toMatchObject({ ...key, buckets: ['source-1250000000'], rights: ['read'] });
    const list = await succeed('replication', 'key', 'list');
    expect(list).toContain(key.secretId);
    expect(list).not.toContain(key.secretKey);
    await succeed('replication', 'key', 'remove', '--id', key.secretId);
    expect(await store.list()).toEqual([]);
    cos.close();
  });

  it('updates differences only', async () => {
    const id = { region: 'ap-guangzhou', namespace: 'default', name: 'cos-replication-dev-task' };
    cloud.scf.updateConfiguration(id, { memorySize: 512 });
    const output = await succeed('deploy');
    expect(output.match(/^cos-replication-dev-\S+: updated$/gm)).toEqual(['cos-replication-dev-task: updated']);
    expect(cloud.scf.getFunction(id).config.memorySize).toBe(256);
  });

  it('asks before it stops replication', async () => {
    await storeRule();
    const removal = await serverless(['remove']);
    expect([removal.status, removal.stdout]).toEqual([
      1,
      expect.stringMatching(/rules of source-1250000000 \(1 enabled\).*remove --force/),
    ]);
    const lists = { ...LISTS, sources: ['other-1250000000@ap-guangzhou'] };
    await writeFile(path.join(project, 'serverless.yml'), configurationWith(ROOT, lists));
    cloud.core.createBucket('other-1250000000', 'ap-guangzhou');
    const dropping = await serverless(['deploy']);
    expect([dropping.status, dropping.stdout]).toEqual([
      1,
      expect.stringMatching(/source-1250000000@ap-guangzhou has enabled replication rules.*deploy --force/),
    ]);
    await writeFile(path.join(project, 'serverless.yml'), configurationWith(ROOT, LISTS));
    expect(deployed().sort()).toEqual([...FUNCTIONS].sort());
  });

  it('removes everything but the state bucket', async () => {
    const output = await succeed('remove', '--force');
    expect(output).toContain(`state bucket ${STATE.bucket}: kept`);
    expect(deployed()).toEqual([]);
    expect(cloud.cam.listPolicies()).toEqual([]);
    expect(() => cloud.core.headBucket(STATE.bucket, STATE.region)).not.toThrow();
  });

  it('deploys again on the kept state bucket, with its rules and its marker key', async () => {
    const before = await readState();
    expect(before.rules).toHaveLength(1);
    const output = await succeed('deploy');
    expect(output).toContain(`state bucket ${STATE.bucket}: unchanged`);
    expect(output).toContain('marker key: unchanged');
    for (const name of FUNCTIONS) expect(output).toContain(`${name}: created`);
    expect(await readState()).toEqual(before);
    expect(await succeed('replication', 'rules', 'get')).toContain('qcs::cos:ap-shanghai::backup-1250000000');
  });

  it('deploys an earlier package, whatever the folder holds now', async () => {
    const packages = path.join(project, 'packages');
    await succeed('package', '--package', packages);
    const file = path.join(project, 'functions/schedule/index.ts');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\nconsole.log('changed since');\n`);
    expect(await succeed('deploy', '--package', packages)).not.toMatch(/^cos-replication-dev-\S+: updated$/m);
    const missing = await serverless(['deploy', '--package', path.join(project, 'nothing')]);
    expect([missing.status, missing.stdout]).toEqual([
      1,
      expect.stringMatching(/zip is missing: run "npx serverless package"/),
    ]);
    await writeFile(file, text);
  });

  it('removes the state bucket too when its name is given', async () => {
    const silent = await serverless(['remove', '--force', '--purge']);
    expect([silent.status, silent.stdout]).toEqual([1, expect.stringMatching(/asks first.*--confirm crr-dev-gz/)]);
    expect(deployed()).toHaveLength(FUNCTIONS.length);
    const output = await succeed('remove', '--force', '--purge', '--confirm', STATE.bucket);
    expect(output).toContain(`state bucket ${STATE.bucket}: removed`);
    expect(() => cloud.core.headBucket(STATE.bucket, STATE.region)).toThrow(/./);
    expect(() => cloud.core.headBucket('backup-1250000000', 'ap-shanghai')).not.toThrow();
  });

  it('names the next step for a missing source, and makes nothing', async () => {
    cloud.core.deleteBucket('source-1250000000', 'ap-guangzhou');
    const { status, stdout } = await serverless(['deploy']);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/source-1250000000@ap-guangzhou does not exist: create/),
    ]);
    expect(deployed()).toEqual([]);
  });

  // After an error of its own the CLI keeps its log level for the next commands of the process.
  it.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['nosuch'], /Serverless command "nosuch" not found/],
    ['a missing option', ['logs'], /"logs" requires "--function"/],
    ['an unknown option', ['info', '--nosuch'], /unrecognized CLI options: "--nosuch"/],
  ])("names the project's own help beside %s", async (_, words, sentence) => {
    const { status, stdout, stderr } = await serverless(words);
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(sentence);
    expect(stdout + stderr).toMatch(/Docs: +shared\/deploy\/README\.md/);
    expect(stdout + stderr).not.toMatch(/serverless\.com|github\.com/);
  });
});
