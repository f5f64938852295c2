import { beforeAll, describe, expect, it } from 'vitest';
import { askCosTime } from '../../../../shared/deploy/doctor/cos-time.ts';
import { reportExamination } from '../../../../shared/deploy/doctor/doctor.ts';
import type { DoctorDeps } from '../../../../shared/deploy/doctor/types.ts';
import { createRuleStore } from '../../../../shared/rules/index.ts';
import { stored, wholeBucket } from '../../../deployment/index.ts';
import { rawConfiguration, sampleSettings } from '../settings.ts';
import {
  LONG,
  OTHER,
  BACKUP,
  state,
  codeOf,
  cloud,
  deps,
  keys,
  deployNow,
  found,
  useCloud,
  expectFine,
} from './deployed.ts';

useCloud();
beforeAll(async () => {
  await deployNow();
  await keys.add({ buckets: [], rights: ['read'] });
}, LONG);

describe.sequential('of a deployment', { timeout: LONG }, () => {
  expectFine();

  it('finds a key for a bucket that is no source', async () => {
    const { secretId } = await keys.add({ buckets: [OTHER.bucket], rights: ['read'] });
    expect(await found()).toEqual([
      `warning API keys: API key ${secretId} is for ${OTHER.bucket}, which sources does not list`,
    ]);
    await keys.remove(secretId);
  });

  it('finds a bucket with rules that was removed from the lists', async () => {
    const rules = createRuleStore({ cos: deps.cos, state, now: Date.now });
    await rules.put(stored({ source: OTHER, role: '', created: 0, rules: [wholeBucket(BACKUP)] }));
    const findings = await found();
    await rules.remove(OTHER);
    expect(findings).toEqual([expect.stringMatching(/^broken rules: rules other-1250000000@ap-guangzhou has enabled/)]);
  });

  it('finds code that is not of this folder', async () => {
    const findings = await found({ artifactOf: async () => codeOf('newer') });
    expect(findings).toHaveLength(5);
    for (const one of findings) expect(one).toMatch(/^warning code: \S+ runs other code than that of this folder$/);
  });

  it('finds more reserved instances than an account has', async () => {
    const { functions } = rawConfiguration();
    if (functions?.['scan'] === undefined) throw new Error('no function');
    const many = { ...functions, scan: { ...functions['scan'], memory: 1024, instances: 200 } };
    expect(await found({ settings: sampleSettings({ functions: many }) })).toContainEqual(
      expect.stringMatching(/^warning quotas: reserved instances take 206848 MB, and an account can reserve 115200 MB/),
    );
  });

  it('finds credentials of another account', async () => {
    const sources = ['source-1250000001@ap-guangzhou'];
    const theirs = sampleSettings({ sources });
    expect(await found({ settings: theirs })).toContainEqual(
      expect.stringMatching(/^broken account: .*belong to account 1250000000/),
    );
  });

  it.each([
    [-60_000, /^warning clock: clock of this computer differs by \d+ s from that of COS$/],
    [3_600_000, /^broken clock: clock of this computer differs by 3\d+ s from that of COS$/],
  ])('finds a clock that is wrong by %d ms', async (ms, finding) => {
    expect(await found({ now: () => Date.now() + ms })).toEqual([expect.stringMatching(finding)]);
  });

  it.each([
    [
      { Status: 'UpdateFailed', StatusDesc: 'no room' },
      /^broken functions: \S+-task is UpdateFailed, not Active: no room$/,
    ],
    [{ Status: 'Updating' }, /^broken functions: \S+-task is Updating, not Active$/],
    [{ Runtime: 'Nodejs18.15' }, /^broken functions: \S+-task runs on Nodejs18\.15, not on Nodejs20\.19$/],
  ])('finds a function that is %j', async (changes, finding) => {
    const get: DoctorDeps['scf']['get'] = async (name) => {
      const one = await deps.scf.get(name);
      return one === undefined || !name.endsWith('-task') ? one : { ...one, ...changes };
    };
    expect(await found({ scf: { ...deps.scf, get } })).toEqual([expect.stringMatching(finding)]);
  });

  it('finds a destination that the deploying user may not look at', async () => {
    const destinations = ['backup-1250000000@ap-shanghai', 'theirs-1250000009@ap-shanghai'];
    const findings = await found({ settings: sampleSettings({ destinations }) });
    expect(findings).toContainEqual(
      'warning buckets: destination theirs-1250000009@ap-shanghai cannot be read with these credentials',
    );
  });

  it('finds an account with almost as many policies as it may have', async () => {
    const call: DoctorDeps['api']['call'] = async <T>(
      service: 'scf' | 'cam' | 'cls',
      action: string,
      parameters: object,
    ) => {
      const answer = await deps.api.call<T>(service, action, parameters);
      return action === 'ListPolicies' ? { ...answer, TotalNum: 1490 } : answer;
    };
    expect(await found({ api: { call } })).toEqual(['warning quotas: CAM policies 1490 of at most 1500 are in use']);
  });

  it('names the checks that it could not make', async () => {
    const cosTime = () => askCosTime(state, 'http://127.0.0.1:1');
    expect(await found({ cosTime })).toEqual([
      expect.stringMatching(/^broken clock: .*127\.0\.0\.1:1 gave no answer: /),
    ]);
  });

  it('prints every check, and ends with an error when one is broken', async () => {
    const lines: string[] = [];
    await reportExamination(deps, (text) => lines.push(text), false);
    expect(lines.join('\n').split('\n')).toHaveLength(14);
    cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    const json: string[] = [];
    await expect(reportExamination(deps, (text) => json.push(text), true)).rejects.toThrow(/^Broken: buckets\./);
    cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
    const { checks } = JSON.parse(json[0] ?? '') as { checks: { name: string; state: string }[] };
    expect(checks.filter((check) => check.state !== 'fine')).toMatchObject([{ name: 'buckets', state: 'broken' }]);
  });
});
