import { mistake, type Mistake } from './mistake.ts';

const CONVERGE = 'shared/replication/converge.ts';
const COPY = 'shared/replication/act/copy.ts';
const STACK = 'shared/replication/look/stack.ts';
const PLAN = 'shared/replication/decide/plan.ts';
const SHORT = 'shared/replication/look/short.ts';
const EXAMINE = 'shared/replication/look/candidates.ts';

/** What a look sees on both sides, and what it makes of it. */
export const STACKS: readonly Mistake[] = [
  mistake(
    'a replica goes when its version is gone at the source',
    ['one-way', 400],
    [
      PLAN,
      '...surplus.filter(mayGo)',
      '...[...surplus, ...kept.filter(({ marker }) => !seen.sourceOrder.some((ref) => ref.id === marker.ref.id)).map((item) => ({ item, keep: item }))].filter(mayGo)',
    ],
  ),
  mistake(
    'the version that an event names is put on top',
    ['bursts', 100],
    [CONVERGE, 'heads.source(),\n', 'heads.source(work.hints[0]),\n'],
    [CONVERGE, 'if (!looked.again && !(await hasChanged(run, seen, source)))', 'if (!looked.again)'],
    [SHORT, 'if (!follows) return FULL;', ''],
  ),
  mistake(
    'an error in the body of a 200 is passed over',
    ['failed-copies', 200],
    [
      COPY,
      'if (isSourceGone(error)) return LOOK_AGAIN;',
      "if (isSourceGone(error)) return LOOK_AGAIN;\n    if ((error as { code?: string }).code === 'InternalError') return '';",
    ],
  ),
  mistake(
    'versions are copied newest first',
    ['bursts', 100],
    [
      PLAN,
      'for (const entry of entries) {\n    if (!entry.deleteMarker) {',
      'for (const entry of entries.toReversed()) {\n    if (!entry.deleteMarker) {',
    ],
  ),
  mistake(
    'only the current version is copied',
    ['bursts', 100],
    [PLAN, 'return highest === undefined || compare(ref, highest) > 0', 'return entries.at(-1)?.ref.id === ref.id'],
  ),
  mistake(
    'any version with our marker is taken for ours',
    ['crowded', 400],
    [STACK, 'if (copies.has(index)) {', 'if (copies.has(-1 - index)) {'],
  ),
  mistake(
    'a marker is believed without its signature',
    ['malice', 200],
    ['shared/identity/claim.ts', 'if (!signed) return NONE;', ''],
  ),
  mistake(
    'a version counts as ours for ever',
    ['crowded', 400],
    [
      'shared/identity/marker.ts',
      'head.lastModified - marker.attempted <= landingMs(marker.inParts, head.size)',
      'head.lastModified - marker.attempted <= 1e9 * landingMs(marker.inParts, head.size)',
    ],
  ),
  mistake(
    'the old replica goes before the new one is there',
    ['one-way', 400],
    [PLAN, "...raise.filter(mayGo).map((item): Step => ({ kind: 'remove', item, reason: 'raised' })),", ''],
    [
      PLAN,
      'const steps: Step[] = [\n    ...[',
      "const steps: Step[] = [\n    ...raise.filter(mayGo).map((item): Step => ({ kind: 'remove', item, reason: 'raised', keep: item })),\n    ...[",
    ],
  ),
  mistake(
    'versions of the same bytes are taken for one',
    ['bursts', 300],
    [
      SHORT,
      'if (replica?.ref.id === ref.id)',
      'if (replica !== undefined && there.found && there.head.etag === head.etag)',
    ],
    [
      EXAMINE,
      'return findingOf(run, entry, head);',
      'const { items } = (run as unknown as { memory: { items: Map<string, { marker?: Marker }> } }).memory;\n  if ([...items.values()].some(({ marker }) => marker?.proof.value === head.crc64)) return NONE;\n  return findingOf(run, entry, head);',
    ],
  ),
  mistake(
    'replicas stay where they are when an older version has to go below them',
    ['one-way', 400],
    [PLAN, 'if (reasons.length === 0) return [];', 'if (reasons.length >= 0) return [];'],
  ),
  mistake(
    'delete markers are made again at every look',
    ['late-deletions', 50],
    [PLAN, '} else if (there > 0) there -= 1;', '} else if (there > 1e9) there -= 1;'],
  ),
  mistake(
    'delete markers are not replicated',
    ['bursts', 100],
    [PLAN, "else steps.push({ kind: 'mark', entry });", ''],
  ),
  mistake(
    'keys that begin with the key are taken for it',
    ['one-way', 100],
    ['shared/replication/look/listing.ts', 'entry.key === key', 'entry.key.startsWith(key)'],
  ),
  mistake(
    'a listing is read no further than its first page',
    ['one-way', 400],
    [
      'shared/replication/look/listing.ts',
      'this.#next = own.length === page.entries.length ? page.next : undefined;',
      'this.#next = undefined;',
    ],
  ),
];
