import { readFileSync } from 'node:fs';
import type { Place } from '../../shared/cos/index.ts';

const TEXT = readFileSync(new URL('../../functions/RUNBOOK.md', import.meta.url), 'utf8');
/** The buckets of the examples. */
export const PHOTOS: Place = { bucket: 'photos-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'photos-backup-1250000000', region: 'ap-shanghai' };

/** A part of the runbook, from its heading to the next one of the same or a higher level. */
function sectionOf(heading: string): string {
  const level = heading.indexOf(' ');
  const lines = TEXT.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`The runbook has no heading "${heading}".`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#{1,6} /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** The code blocks of a part in one language, in their order. */
export function blocksOf(heading: string, language: string): readonly string[] {
  return [...sectionOf(heading).matchAll(/^```(\w+)\n(.*?)^```/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text);
}

/**
 * The arguments that each script of a part passes to `npx serverless`, line by line, with other buckets in place of the
 * examples'.
 */
export function scriptsOf(heading: string, photos: Place = PHOTOS, backup: Place = BACKUP): readonly string[][][] {
  return blocksOf(heading, 'sh').map((block) =>
    [...block.matchAll(/^npx serverless ([^#\n]*)/gm)].map(([, words = '']) =>
      words
        .trim()
        .split(/ +/)
        .map((word) => renamed(word, photos, backup)),
    ),
  );
}

/** A text of the runbook with other buckets. */
export function renamed(text: string, photos: Place, backup: Place): string {
  return text
    .replaceAll(BACKUP.bucket, '\u0001')
    .replaceAll(PHOTOS.bucket, photos.bucket)
    .replaceAll('\u0001', backup.bucket)
    .replaceAll(PHOTOS.region, '\u0002')
    .replaceAll(BACKUP.region, backup.region)
    .replaceAll('\u0002', photos.region);
}
