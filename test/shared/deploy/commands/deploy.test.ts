import { describe, expect, it } from 'vitest';
import { CloudApiError } from '../../../../shared/deploy/cloud/cloud-api.ts';
import type { Place } from '../../../../shared/cos/index.ts';
import { writeRules } from '../../../../shared/rules/state.ts';
import { STATE, stored } from '../../../deployment/index.ts';
import { rule } from '../../rules/sample.ts';
import { manySources, rawConfiguration, sampleSettings } from '../settings.ts';
import { world, triggersOf } from './deploy-world.ts';

describe('deploy', () => {
  it('makes everything, then finds everything unchanged', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    expect(cloud.lines).toEqual([
      'state bucket crr-dev-gz-1250000000: created',
      'marker key: created',
      expect.stringMatching(/^status key [\w-]{43}: created$/),
      'role cos-replication-dev-ap-guangzhou-engine: created',
      'role cos-replication-dev-ap-guangzhou-api: created',
      'role cos-replication-dev-ap-guangzhou-schedule: created',
      'role cos-replication-dev-ap-guangzhou-scan: created',
      'cos-replication-dev-replicate: created',
      'cos-replication-dev-task: created',
      'cos-replication-dev-scan: created',
      'cos-replication-dev-schedule: created',
      'cos-replication-dev-api: created',
    ]);
    expect(cloud.warnings).toEqual([]);
    cloud.clear();
    await cloud.deploy();
    expect(cloud.lines.filter((line) => !line.endsWith(': unchanged'))).toEqual([]);
    expect(cloud.lines).toHaveLength(12);
    expect(cloud.api.changes).toEqual([]);
  });

  it('leaves rights on ACLs to a stored rule that needs them', async () => {
    const settings = sampleSettings();
    const cloud = world(settings);
    await cloud.deploy();
    const [source] = settings.sources as [Place];
    const [destination] = settings.destinations as [Place];
    const rules = [rule({ destination, replicaAcl: true })];
    const body = await writeRules(stored({ source, role: 'qcs::cam::uin/1:uin/1', rules, created: 0 }));
    await cloud.storage.cos.putObject(settings.state, `rules/${source.bucket}`, body);
    cloud.clear();
    await expect(cloud.deploy(sampleSettings({ acl: false }))).rejects.toMatchObject({ code: 'ACL_NEEDED' });
    expect(cloud.api.changes).toEqual([]);
    await cloud.deploy(settings);
  });

  it('makes each key once, and never shows a secret', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    const { storage } = cloud;
    const names = ['secrets/marker-key/1', 'secrets/status-key'];
    const read = async (name: string) => Buffer.from((await storage.cos.getObject(STATE, name))?.body ?? []).toString();
    expect(storage.keys(STATE)).toEqual(names);
    const secrets = await Promise.all(names.map(read));
    await cloud.deploy();
    expect(storage.keys(STATE)).toEqual(names);
    expect(await Promise.all(names.map(read))).toEqual(secrets);
    const said = JSON.stringify([cloud.lines, cloud.warnings, [...cloud.api.functions]]);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      expect(said).not.toContain(secret);
    }
  });

  it('reports a function with a change of triggers alone', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    cloud.api.functions.get('cos-replication-dev-schedule')?.triggers.splice(0);
    cloud.clear();
    await cloud.deploy();
    expect(cloud.lines.filter((line) => !line.endsWith(': unchanged'))).toEqual([
      'cos-replication-dev-schedule: updated',
    ]);
    expect(cloud.api.changes).toEqual(['CreateTrigger cos-replication-dev-schedule']);
  });

  it('updates the policies when the lists change', async () => {
    const before = sampleSettings();
    const after = sampleSettings({ destinations: ['other-1250000000@ap-shanghai'] });
    const cloud = world(before, {
      'source-1250000000': 'Enabled',
      'backup-1250000000': 'Enabled',
      'other-1250000000': 'Enabled',
    });
    await cloud.deploy();
    cloud.clear();
    await cloud.deploy(after);
    expect(cloud.lines).toContain('role cos-replication-dev-ap-guangzhou-engine: updated');
    const documents = [...cloud.api.policies.values()].map(({ document }) => document).join();
    expect(documents).toContain('other-1250000000');
    expect(documents).not.toContain('backup-1250000000');
  });

  it('completes an interrupted deployment with a policy and no role', async () => {
    const cloud = world(sampleSettings());
    await cloud.api.call('cam', 'CreatePolicy', {
      PolicyName: 'cos-replication-dev-ap-guangzhou-api',
      PolicyDocument: '{}',
      Description: 'COS Replication',
    });
    await cloud.deploy();
    expect(cloud.api.roles.get('cos-replication-dev-ap-guangzhou-api')?.size).toBe(1);
    expect([...cloud.api.policies.values()].map(({ document }) => document)).not.toContain('{}');
  });

  it('moves triggers between the functions of a shorter list and removes the surplus function', async () => {
    const sources = manySources(4);
    const cloud = world(sampleSettings({ sources }));
    await cloud.deploy();
    expect(triggersOf(cloud, 'replicate-2')).toEqual(Array.from({ length: 3 }, () => 'bucket4-1250000000'));
    cloud.clear();
    await cloud.deploy(sampleSettings({ sources: sources.slice(1) }));
    expect(new Set(triggersOf(cloud, 'replicate'))).toEqual(
      new Set(['bucket2-1250000000', 'bucket3-1250000000', 'bucket4-1250000000']),
    );
    expect(cloud.api.functions.has('cos-replication-dev-replicate-2')).toBe(false);
    expect(cloud.lines).toContain('cos-replication-dev-replicate-2: removed');
  });

  it('moves triggers between two functions that both stay', async () => {
    const sources = manySources(5);
    const cloud = world(sampleSettings({ sources }));
    await cloud.deploy();
    await cloud.deploy(sampleSettings({ sources: sources.toReversed() }));
    expect(new Set(triggersOf(cloud, 'replicate-2'))).toEqual(new Set(['bucket2-1250000000', 'bucket1-1250000000']));
  });

  it('changes nothing when a function would need another runtime', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    cloud.clear();
    const provider = { ...rawConfiguration().provider, runtime: 'Nodejs18.15' };
    const lists = { sources: ['source-1250000000@ap-guangzhou', 'more-1250000000@ap-guangzhou'] };
    cloud.addBucket({ bucket: 'more-1250000000', region: 'ap-guangzhou' });
    await expect(cloud.deploy(sampleSettings({ provider, ...lists }))).rejects.toThrow(/runs on Nodejs20.19/);
    expect(cloud.api.changes).toEqual([]);
  });

  it('recreates functions for another runtime on request', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    cloud.clear();
    const other = sampleSettings({ provider: { ...rawConfiguration().provider, runtime: 'Nodejs22.1' } });
    await cloud.deploy(other, { recreate: true });
    const runtimes = [...cloud.api.functions.values()].map(({ fields }) => fields['Runtime']);
    expect(new Set(runtimes)).toEqual(new Set(['Nodejs22.1']));
    expect(triggersOf(cloud, 'task')).toEqual(['crr-dev-gz-1250000000']);
    expect(cloud.warnings[0]).toMatch(/replicate is recreated for its runtime.*next scan/);
    cloud.clear();
    await cloud.deploy(other, { recreate: true });
    expect(cloud.api.changes).toEqual([]);
  });

  it('removes a function whose entry was removed from the file, and none of a stage with a similar name', async () => {
    const settings = sampleSettings();
    const { functions = {}, provider } = rawConfiguration();
    const cloud = world(settings);
    const second = { ...functions, 'api-inside': functions['api'] ?? ({} as never) };
    await cloud.deploy(sampleSettings({ functions: second }));
    const sources = ['other-1250000000@ap-guangzhou'];
    cloud.addBucket({ bucket: 'other-1250000000', region: 'ap-guangzhou' });
    await cloud.deploy(sampleSettings({ sources, provider: { ...provider, stage: 'dev-2' } }));
    await cloud.api.call('scf', 'CreateFunction', { FunctionName: 'cos-replication-dev-theirs', Description: '' });
    const before = [...cloud.api.functions.keys()];
    cloud.clear();
    await cloud.deploy();
    expect(cloud.lines).toContain('cos-replication-dev-api-inside: removed');
    const gone = before.filter((name) => !cloud.api.functions.has(name));
    expect(gone).toEqual(['cos-replication-dev-api-inside']);
  });

  it('changes the trigger whose time was changed, and nothing else', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    const { functions = {} } = rawConfiguration();
    const schedule = {
      ...(functions['schedule'] ?? ({} as never)),
      events: [{ timer: { name: 'minute', cron: '30 * * * * * *' } }],
    };
    cloud.clear();
    await cloud.deploy(sampleSettings({ functions: { ...functions, schedule } }));
    expect(cloud.api.changes).toEqual([
      'DeleteTrigger cos-replication-dev-schedule',
      'CreateTrigger cos-replication-dev-schedule',
    ]);
  });

  it('reserves instances for the functions that ask for them, and releases them', async () => {
    const reserved = (cloud: ReturnType<typeof world>) =>
      [...cloud.api.functions]
        .filter(([, { reserved: memory }]) => memory > 0)
        .map(([name, one]) => [name, one.reserved]);
    const cloud = world(sampleSettings());
    await cloud.deploy();
    const ofScans = ['cos-replication-dev-scan', 16 * 256];
    expect(reserved(cloud)).toEqual([ofScans, ['cos-replication-dev-api', 8 * 256]]);
    const { functions = {} } = rawConfiguration();
    const { instances: _, ...api } = functions['api'] ?? ({} as never);
    cloud.clear();
    await cloud.deploy(sampleSettings({ functions: { ...functions, api } }));
    expect(reserved(cloud)).toEqual([ofScans]);
    expect(cloud.lines).toContain('cos-replication-dev-api: updated');
  });

  it.each([
    { how: 'is refused', after: false },
    { how: 'takes effect and its answer is lost', after: true },
  ])('is completed by the next run wherever it breaks off: a call $how', async ({ after }) => {
    const whole = world(sampleSettings());
    await whole.deploy();
    const stateOf = ({ api }: typeof whole) => ({
      functions: [...api.functions]
        .map(([name, { fields, triggers, async, reserved }]) => ({ name, fields, triggers, async, reserved }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      roles: [...api.roles].map(([name, policies]) => [name, policies.size]),
      policies: [...api.policies.values()],
    });
    const calls = whole.api.changes.length;
    expect(calls).toBeGreaterThan(25);
    for (let broken = 1; broken <= calls; broken += 1) {
      const cloud = world(sampleSettings());
      const call = cloud.api.call.bind(cloud.api);
      let made = 0;
      cloud.api.call = async (service, action, parameters) => {
        const changes = !/^(Get|List)/.test(action);
        made += changes ? 1 : 0;
        const breaks = changes && made === broken;
        if (breaks && !after) throw new CloudApiError(action, 'InternalError', 'refused');
        const answer = await call<never>(service, action, parameters);
        if (breaks) throw new CloudApiError(action, 'NetworkError', 'lost');
        return answer;
      };
      await expect(cloud.deploy()).rejects.toThrow(CloudApiError);
      await cloud.deploy();
      expect(stateOf(cloud)).toEqual(stateOf(whole));
      cloud.clear();
      await cloud.deploy();
      expect(cloud.api.changes).toEqual([]);
    }
  });
});

describe('remove', () => {
  it('removes everything but the state bucket', async () => {
    const settings = sampleSettings({ sources: manySources(4) });
    const cloud = world(settings);
    await cloud.deploy();
    cloud.clear();
    // With a shorter list now, so the surplus function is removed, too.
    await cloud.remove(sampleSettings({ sources: manySources(1) }));
    expect([...cloud.api.functions.keys(), ...cloud.api.roles.keys(), ...cloud.api.policies.keys()]).toEqual([]);
    expect(cloud.buckets()).toContain(STATE.bucket);
    expect(cloud.lines.at(-1)).toMatch(/^state bucket crr-dev-gz-1250000000: kept/);
  });

  it('may be run again', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    await cloud.remove();
    cloud.clear();
    await cloud.remove();
    expect(cloud.api.changes).toEqual([]);
    expect(cloud.lines.slice(0, -1).every((line) => line.endsWith(': not there'))).toBe(true);
  });
});
