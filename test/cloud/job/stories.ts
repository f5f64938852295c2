import { basename, extname } from 'node:path';
import type { Attributes, SourceFile, Step, Story } from './types.ts';

/**
 * The steps of each key, decided without I/O or chance: the same folder always gives the same job.
 *
 * Most files are written once, as in any bucket. The rest are hard cases: overwrites in quick succession, deletions,
 * writes after a deletion, keys that break naive encoding, attributes that a plain copy loses.
 */

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.cjs': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

/** Characters that a signature, a URL, an XML listing or a copy source can get wrong. */
const ODD_NAMES = [
  'with space.txt',
  ' leading and trailing ',
  'a+b=c&d.txt',
  '100%.txt',
  '%2F%20already-encoded',
  'double//slash///and-more',
  'folder-marker/',
  '表格/中文.csv',
  'emoji 🎉👩‍👩‍👧.txt',
  'combining é and precomposed é',
  'quotes \'single\' "double" `back`',
  '<xml> & "entities" ]]>',
  'question?mark=1&x#fragment',
  "!*'();:@,$[]~^|{}\\",
  'dots/./in/..name../...',
];

const MULTIPART_COUNT = 2;
const MEGABYTE = 1024 * 1024;
/** From this size on users upload in parts. */
const ALWAYS_MULTIPART = 100 * MEGABYTE;

/** Each rhythm is a different prime, so that the cases meet in all combinations. */
const every = (index: number, rhythm: number): boolean => index % rhythm === rhythm - 1;

function attributesOf(file: SourceFile, index: number, round: number): Attributes {
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPES[extname(file.key).toLowerCase()] ?? 'application/octet-stream',
  };
  if (every(index, 5)) headers['cache-control'] = `max-age=${60 * (round + 1)}`;
  if (every(index, 11)) {
    headers['content-disposition'] = `attachment; filename*=UTF-8''${encodeURIComponent(basename(file.key))}`;
  }
  if (every(index, 13)) headers['content-language'] = 'en, zh-CN';
  if (every(index, 29)) headers['content-encoding'] = 'identity';
  if (every(index, 37)) headers['x-cos-website-redirect-location'] = `/${encodeURIComponent(basename(file.key))}`;
  if (every(index, 19)) headers['expires'] = 'Thu, 31 Dec 2037 23:59:59 GMT';
  const meta: Record<string, string> = {};
  if (every(index, 3)) {
    meta['origin-name'] = encodeURIComponent(basename(file.key)).slice(0, 300);
    meta['round'] = String(round + 1);
  }
  return {
    headers,
    meta,
    ...(every(index, 17) ? { storageClass: 'STANDARD_IA' } : {}),
    ...(every(index, 23)
      ? {
          tags: [
            ['project', 'cos replication'],
            ['round', String(round + 1)],
          ] as const,
        }
      : {}),
  };
}

/** How often a key is written, and where it is deleted. */
function rhythmOf(index: number): readonly Step['kind'][] {
  if (every(index, 59)) return ['put', 'delete', 'put'];
  if (every(index, 43)) return ['put', 'delete'];
  if (every(index, 31)) return ['put', 'put', 'put'];
  if (every(index, 7)) return ['put', 'put'];
  return ['put'];
}

function storyOf(
  key: string,
  file: SourceFile,
  index: number,
  files: readonly SourceFile[],
  multipart: boolean,
): Story {
  const steps: Step[] = [];
  for (const [round, kind] of rhythmOf(index).entries()) {
    if (kind === 'delete') {
      steps.push({ kind });
      continue;
    }
    // An overwrite has the bytes of another file, small ones first, so that a mixed-up version shows.
    const other = round === 0 ? file : (files[(index + round * 7) % files.length] ?? file);
    steps.push({
      kind,
      file: other,
      attributes: attributesOf(file, index, round),
      multipart: multipart && round === 0 ? true : other.size > ALWAYS_MULTIPART,
    });
  }
  return { key, steps };
}

/** The largest files of more than one part: they are uploaded in parts, which gives them another kind of ETag. */
function multipartKeys(files: readonly SourceFile[]): ReadonlySet<string> {
  const large = files.filter((file) => file.size > MEGABYTE).sort((a, b) => b.size - a.size);
  return new Set(large.slice(0, MULTIPART_COUNT).map((file) => file.key));
}

/** `files` must not be empty. Keys of the result are unique. */
export function planStories(files: readonly SourceFile[]): readonly Story[] {
  const multipart = multipartKeys(files);
  const stories = files.map((file, index) => storyOf(file.key, file, index, files, multipart.has(file.key)));
  const taken = new Set(files.map((file) => file.key));
  const small = files.filter((file) => file.size <= MEGABYTE);
  const bytes = small.length > 0 ? small : files;
  for (const [n, name] of ODD_NAMES.entries()) {
    const file = bytes[(n * 31) % bytes.length];
    const key = `odd/${name}`;
    // The rhythm of a prime, so that the odd keys are also overwritten and deleted now and then.
    if (file !== undefined && !taken.has(key)) stories.push(storyOf(key, file, n + 1, bytes, false));
  }
  return stories;
}
