import { randomBytes } from 'node:crypto';
import { codeOfRegion, formatPlace, type Place } from '../../shared/cos/index.ts';
import { bucketAt, makeBucket, type CosDriver } from '../contract/driver.ts';
import { createProject } from '../e2e/project.ts';
import { failOverAndBack, setUp, type Stage } from './fail-over.ts';

/**
 * Deploys to both regions under a stage of its own, runs the scripts of the runbook, and removes everything again, the
 * state buckets included. Throws the first error, after the clean-up.
 */
export async function playOnAccount(driver: CosDriver, say: (line: string) => void): Promise<void> {
  const stage = `live${randomBytes(2).toString('hex')}`;
  const photos = await placeIn(driver, driver.region);
  const backup = await placeIn(driver, driver.otherRegion);
  const project = await createProject({ ...driver.credentials, endpoint: driver.cloud?.endpoint });
  const both = [photos, backup].map(formatPlace);
  const lists = { sources: both, destinations: both };
  const serverless = async (words: readonly string[]): Promise<string> => {
    say(`npx serverless ${words.join(' ')} --stage ${stage}`);
    const said = await project.serverless([...words, '--stage', stage], lists);
    say(said.trimEnd().replaceAll(/^/gm, '  '));
    return said;
  };
  try {
    const at = ({ bucket, region }: Place) => bucketAt(driver, bucket, region);
    const world: Stage = {
      photos,
      backup,
      folder: project.folder,
      serverless,
      put: async (place, key, body) => void (await at(place).put(key, body)),
      remove: async (place, key) => void (await at(place).must('DELETE', key)),
      async read(place, key) {
        const answer = await at(place).call('GET', key);
        return answer.status === 200 ? answer.body.toString() : undefined;
      },
    };
    await setUp(world);
    await failOverAndBack(world);
  } finally {
    for (const { region, bucket } of [photos, backup]) {
      const state = `crr-${stage}-${codeOfRegion(region) ?? ''}-${driver.appid}`;
      await serverless(['replication', 'rules', 'delete', '--region', region, '--bucket', bucket]).catch(tell(say));
      await serverless(['remove', '--region', region, '--force', '--purge', '--confirm', state]).catch(tell(say));
    }
    await project.remove();
  }
}

const tell =
  (say: (line: string) => void) =>
  (error: unknown): void =>
    say(`LEFT BEHIND: ${error instanceof Error ? error.message : String(error)}`);

async function placeIn(driver: CosDriver, region: string): Promise<Place> {
  const { name } = await makeBucket(driver, 'over', { versioning: 'Enabled', region });
  return { bucket: name, region };
}
