import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../../shared/cos/index.ts';
import { BACKUP, blocksOf, PHOTOS, renamed, scriptsOf } from './runbook.ts';

/** Where the scripts of the runbook run: two buckets with versioning and nothing deployed. */
export interface Stage {
  readonly photos: Place;
  readonly backup: Place;
  /** Folder of serverless.yml, which lists both buckets in both lists. */
  readonly folder: string;
  /** Runs `npx serverless` with these words and returns its output; throws when it fails. */
  serverless(words: readonly string[]): Promise<string>;
  put(place: Place, key: string, body: string): Promise<void>;
  remove(place: Place, key: string): Promise<void>;
  /** Undefined: no object. */
  read(place: Place, key: string): Promise<string | undefined>;
}

const HEADING = '### Disaster recovery';

/** The first script: both deployments and both rules. Returns the output of each command. */
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
 * The other scripts: the writers move to the other bucket and back, and find everything there each time. The status
 * read in an emergency holds the last state that the source's region has sent. Throws when something is missing, or
 * when the commands do not say that it is safe to switch.
 */
export async function failOverAndBack(stage: Stage): Promise<void> {
  const { photos, backup } = stage;
  await write(stage, photos, 'before');
  expectSafe(await play(stage, 1));
  await expectAll(stage, backup, 'before');
  const [status = ''] = await play(stage, 2);
  if (!/measured at/.test(status)) throw new Error(`The destination has no status of the source:\n${status}`);
  await write(stage, backup, 'during');
  expectSafe(await play(stage, 3));
  await expectAll(stage, photos, 'during');
  await expectAll(stage, backup, 'during');
}

async function play(stage: Stage, script: number): Promise<readonly string[]> {
  const commands = scriptsOf(HEADING, stage.photos, stage.backup)[script] ?? [];
  if (commands.length === 0) throw new Error(`The runbook has no script ${script} under "${HEADING}".`);
  const said: string[] = [];
  for (const words of commands) said.push(await stage.serverless(words));
  return said;
}

function expectSafe(said: readonly string[]): void {
  const verdict = said.at(-1) ?? '';
  if (!verdict.includes('It is safe to switch'))
    throw new Error(`The command did not say that it is safe to switch:\n${verdict}`);
}

const KEYS = Array.from({ length: 5 }, (_, n) => `moved/${n}`);

/** The writers' work: new objects, overwrites, a deletion. */
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
