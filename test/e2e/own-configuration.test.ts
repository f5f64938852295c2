import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfiguration } from '../cloud/job/configuration.ts';
import { deployEnvironment } from '../cloud/job/deploy.ts';
import { startEnvironment } from '../cloud/job/index.ts';
import { whereIsJson } from '../cloud/bin/where.ts';
import { sharedCli } from './cli.ts';
import { ROOT } from './command.ts';
import { configurationWith } from './configuration.ts';
import { createProject } from './project.ts';

const NOWHERE = { endpoint: '', secretId: '', secretKey: '' };
/** A deployment by the real CLI. */
const LONG = 240_000;

async function withProject(yml: string, use: (root: string) => Promise<void>): Promise<void> {
  const project = await createProject(NOWHERE);
  try {
    await writeFile(join(project.folder, 'serverless.yml'), yml);
    await use(project.folder);
  } finally {
    await project.remove();
  }
}

it(
  'users can try their own buckets, regions, account and stage on the local cloud before the first real deployment',
  async () => {
    const lists = {
      sources: ['photos-1299999999@eu-frankfurt', 'films-1299999999@eu-frankfurt', 'texts-1299999999@ap-tokyo'],
      destinations: ['vault-1299999999@na-ashburn', 'photos-1299999999@eu-frankfurt'],
    };
    const yml = configurationWith(ROOT, lists).replace(/stage: .*/, 'stage: trial');
    await withProject(yml, async (root) => {
      const said: string[] = [];
      const environment = await startEnvironment({
        root,
        port: 0,
        signal: new AbortController().signal,
        cli: sharedCli,
        say: (line) => void said.push(line),
      });
      try {
        expect(JSON.parse(whereIsJson(environment))).toMatchObject({
          appid: '1299999999',
          source: { bucket: 'photos-1299999999', region: 'eu-frankfurt' },
          destination: { bucket: 'vault-1299999999', region: 'na-ashburn' },
          apiDomain: 'replication.eu-frankfurt.example.com',
          stateBucket: 'crr-trial-de-1299999999',
        });
        expect(said.join('\n')).toContain('cos-replication-trial-replicate: created');
      } finally {
        await environment.close();
      }
    });
  },
  LONG,
);

it(
  'the local cloud refuses an unusable configuration with the messages of a deployment',
  async () => {
    const lists = { sources: ['photos@eu-frankfurt'], destinations: ['vault-1299999999@na-ashburn'] };
    await withProject(configurationWith(ROOT, lists), async (root) => {
      await expect(readConfiguration(sharedCli, root)).rejects.toThrow(/photos@eu-frankfurt/);
    });
  },
  LONG,
);

it(
  'settings may be variables of the command line, the environment, files and parameters, without a deprecation warning',
  async () => {
    const yml = configurationWith(ROOT, { sources: ['A'], destinations: ['B'] })
      .replace(/sources:\n *- A\n/, 'sources: ${file(./buckets.json):sources}\n')
      .replace(/- B\n/, '- ${param:backup}\n')
      .replace(/runtime: .*/, 'runtime: ${env:RUNTIME_OF_TEST}');
    await withProject(yml, async (root) => {
      await writeFile(join(root, 'buckets.json'), JSON.stringify({ sources: ['mine-1250000000@ap-beijing'] }));
      const run = async (backup: string, runtime: string): Promise<string> => {
        const args = ['info', '--stage', 'trial', '--region', 'ap-beijing', '--param', `backup=${backup}`];
        const env = { ...deployEnvironment(NOWHERE, process.env), RUNTIME_OF_TEST: runtime };
        const { stdout, stderr } = await sharedCli.run({ folder: root, args, env });
        return stdout + stderr;
      };
      const wrong = await run('theirs-1250000000', 'Nodejs20.19');
      expect(wrong).toMatch(/serverless.yml, line \d+: "theirs-1250000000" under destinations lacks the region/);
      expect(await run('theirs-1250000000@ap-tokyo', 'Ruby3')).toMatch(/line \d+: provider.runtime is "Ruby3"; write/);
      const right = await run('theirs-1250000000@ap-tokyo', 'Nodejs20.19');
      // The configuration is accepted; only the credentials are missing.
      expect(right).toContain('Set TENCENTCLOUD_SECRET_ID');
      expect(wrong + right).not.toMatch(/deprecat/i);
    });
  },
  LONG,
);
