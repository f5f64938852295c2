import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../../shared/cos/index.ts';
import { BACKUP, blocksOf, PHOTOS, renamed, scriptsOf } from './runbook.ts';

/** Where the scripts of the runbook are played: two buckets with versioning and nothing deployed. */
export interface Stage {
  readonly photos: Place;
  readonly backup: Place;
  /**
   * Whether to wait for `complete`, as the runbook does: two minutes each time, because the last writes are looked at once
   * more. Without it only the objects are held against each other.
   */
  readonly patient: boolean;
  /** Folder of serverless.yml, which lists both buckets in both lists. */
  readonly folder: string;
  /** Runs `npx serverless` with these words and returns what it said; throws when it fails. */
  serverless(words: readonly string[]): Promise<string>;
  put(place: Place, key: string, body: string): Promise<void>;
  remove(place: Place, key: string): Promise<void>;
  /** Undefined: no object. */
  read(place: Place, key: string): Promise<string | undefined>;
}

const HEADING = '### Disaster recovery';

/** The first script: both deployments and both rules. Returns what each command said. */
export async function setUp(stage: Stage): Promise<readonly string[]> {
  const { photos, backup, folder } = stage;
  const [rules = ''] = blocksOf(HEADING, 'xml');
  await writeFile(join(folder, 'to-shanghai.xml'), renamed(rules, photos, backup));
  // "The other file names the other ID, region and bucket."
  const other = rules.replaceAll('to-shanghai', 'to-guangzhou').replaceAll(BACKUP.region, PHOTOS.region);
  await writeFile(
    join(folder, 'to-guangzhou.xml'),
    renamed(other.replaceAll(BACKUP.bucket, PHOTOS.bucket), photos, backup),
  );
  return play(stage, 0);
}

/**
 * The two other scripts: the writers move to the other bucket and back, and find everything there each time. Throws when
 * something is missing, or when `status` does not say that all is there.
 */
export async function failOverAndBack(stage: Stage): Promise<void> {
  const { photos, backup } = stage;
  await write(stage, photos, 'before');
  expectComplete(stage, await play(stage, 1));
  await expectAll(stage, backup, 'before');
  await write(stage, backup, 'during');
  expectComplete(stage, await play(stage, 2));
  await expectAll(stage, photos, 'during');
  await expectAll(stage, backup, 'during');
}

async function play(stage: Stage, script: number): Promise<readonly string[]> {
  const commands = scriptsOf(HEADING, stage.photos, stage.backup)[script] ?? [];
  if (commands.length < 2) throw new Error(`The runbook has no script ${script} under "${HEADING}".`);
  const said: string[] = [];
  for (const words of commands) {
    const hurried = words.includes('status') ? words.filter((word) => word !== '--wait') : words;
    said.push(await stage.serverless(stage.patient ? words : hurried));
  }
  return said;
}

function expectComplete({ patient }: Stage, said: readonly string[]): void {
  const status = said.at(-1) ?? '';
  const wanted = patient ? /: complete$/m : /: (complete|behind)$/m;
  if (!wanted.test(status)) throw new Error(`The status is not what it should be:\n${status}`);
}

const KEYS = Array.from({ length: 5 }, (_, n) => `moved/${n}`);

/** What writers do: new objects, overwrites, a deletion. */
async function write(stage: Stage, place: Place, when: string): Promise<void> {
  for (const key of KEYS) await stage.put(place, key, `${key} ${when}`);
  await stage.put(place, `only-${when}`, when);
  await stage.put(place, 'deleted', when);
  await stage.remove(place, 'deleted');
}

async function expectAll(stage: Stage, place: Place, when: string): Promise<void> {
  const wanted = new Map<string, string | undefined>(KEYS.map((key) => [key, `${key} ${when}`]));
  wanted.set(`only-${when}`, when).set('only-before', 'before').set('deleted', undefined);
  for (const [key, body] of wanted) {
    const found = await stage.read(place, key);
    if (found !== body) throw new Error(`${place.bucket}/${key} is ${found ?? 'not there'}, not ${body ?? 'deleted'}.`);
  }
}
