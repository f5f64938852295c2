import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfiguration } from '../cloud/job/configuration.ts';
import { startEnvironment } from '../cloud/job/index.ts';
import { whereIsJson } from '../cloud/bin/where.ts';
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
  "a user's own buckets, regions, account and stage can be tried on the local cloud before the first real deployment",
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
  'a configuration that cannot be used is refused in the words of a deployment',
  async () => {
    const lists = { sources: ['photos@eu-frankfurt'], destinations: ['vault-1299999999@na-ashburn'] };
    await withProject(configurationWith(ROOT, lists), async (root) => {
      await expect(readConfiguration(root, new AbortController().signal)).rejects.toThrow(/photos@eu-frankfurt/);
    });
  },
  LONG,
);
