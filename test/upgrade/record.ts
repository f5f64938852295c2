import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCosClient, formatPlace, nodeHash, objectsUnder } from '../../shared/cos/index.ts';
import { Leases } from '../../shared/tasks/index.ts';
import { runCommand } from '../cloud/bin/lifetime.ts';
import { ROLE } from '../cloud/job/index.ts';
import { ROOT } from '../e2e/command.ts';
import { openSite } from '../e2e/project.ts';
import { packFunctions } from './functions.ts';
import { BACKUP, SOURCE, STATE, type Release } from './release.ts';

/**
 * `node test/bootstrap.mjs test/upgrade/record.ts`: keeps the state bucket that this release writes, one replica, and
 * the code of its functions, for the tests of later releases. Run it once before a release, and never again for a
 * release that is out.
 */
const ITEM = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
const RULES = `<ReplicationConfiguration><Role>${ROLE}</Role><Rule><ID>all</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>${ITEM}<Destination><Bucket>qcs::cos:${BACKUP.region}::${BACKUP.bucket}</Bucket></Destination></Rule></ReplicationConfiguration>`;
const SCHEDULE = { region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' };
const say = (line: string): void => void process.stderr.write(`${line}\n`);

await runCommand(async ({ onEnd }) => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const site = await openSite([SOURCE, BACKUP]);
  onEnd(() => site.close());
  const { cloud, project, sdk } = site;
  const lists = { sources: [formatPlace(SOURCE)], destinations: [formatPlace(BACKUP)] };
  const run = (...words: string[]) => project.serverless(words, lists);
  const put = (key: string) =>
    sdk.putObject({
      Bucket: SOURCE.bucket,
      Region: SOURCE.region,
      Key: key,
      Body: key,
      Headers: { 'x-cos-meta-n': '1' },
    });
  const minute = async (): Promise<void> => {
    cloud.scf.tick(SCHEDULE);
    await cloud.scf.idle();
  };

  say(await run('deploy'));
  await put('before');
  await writeFile(join(project.folder, 'rules.xml'), RULES);
  await run('replication', 'rules', 'put', '--file', 'rules.xml');
  await run('replication', 'key', 'add', '--buckets', SOURCE.bucket, '--rights', 'read');
  await run('replication', 'preflight');
  await put('live');
  // Until the first scan has its result, which waits for listings to settle.
  const ended = (): boolean =>
    cloud.core
      .listObjects(STATE.bucket, STATE.region, { prefix: 'pairs/' })
      .entries.some(({ key }) => key.endsWith('/result'));
  for (; !ended(); await sleep(5000)) await minute();
  // Waiting work: a destination that refuses writes, paused scans, a requested scan, a killed run.
  cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
  await put('refused');
  await cloud.scf.idle();
  await run('replication', 'pause');
  await run('replication', 'scan', '--prefix', 'live');
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const cos = createCosClient({ credentials: () => pair, endpoint: cloud.endpoint });
  const leases = new Leases({
    cos,
    state: STATE,
    hash: nodeHash,
    now: Date.now,
    unique: () => randomBytes(9).toString('hex'),
  });
  const target = { source: SOURCE, destination: BACKUP, key: 'live' };
  await leases.acquire(target, { floor: 0, since: 0 }, Date.now() + 1000);

  const objects: [string, string][] = [];
  for await (const { key } of objectsUnder(cos, STATE, '')) {
    const body = (await cos.getObject(STATE, key))?.body ?? new Uint8Array();
    objects.push([key, Buffer.from(body).toString('base64')]);
  }
  const replica = await cos.headObject(BACKUP, 'live');
  if (!replica.found) throw new Error('the object "live" has no replica');
  const release: Release = { version, recorded: Date.now(), objects, replica: replica.head };
  await writeFile(
    join(ROOT, 'test', 'upgrade', 'releases', `${version}.json`),
    `${JSON.stringify(release, null, 1)}\n`,
  );
  say(`${objects.length} objects of release ${version} kept`);
  const packed = await packFunctions();
  await writeFile(join(ROOT, 'test', 'upgrade', 'releases', `${version}.functions.br`), packed);
  say(`its functions kept in ${packed.length} bytes`);
  return 0;
});
