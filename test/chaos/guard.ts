import type { Cos, Place } from '../../shared/cos/index.ts';
import type { Core } from '../cloud/cos/index.ts';

/** What the functions really did, seen from the storage: the judge's own record. */
export interface Deeds {
  /** Version IDs the functions made at the destination, with the source version each was copied from. */
  readonly made: ReadonlyMap<string, { readonly key: string; readonly source: string }>;
  /** Delete markers the functions made at the destination. */
  readonly marked: ReadonlySet<string>;
  /** Things that must never happen, in words. */
  readonly crimes: readonly string[];
  /** Copies from the source of versions that had a replica already. Without faults there is no excuse for one. */
  readonly doubles: readonly string[];
  readonly copies: number;
}

interface Sides {
  readonly source: Place;
  readonly destination: Place;
  readonly state: Place;
}

/** Records what is written and notes whatever harms: I5 is judged at the very request. */
export function guard(cos: Cos, core: Core, sides: Sides, note: (line: string) => void): { cos: Cos; deeds: Deeds } {
  const made = new Map<string, { key: string; source: string }>();
  const marked = new Set<string>();
  const crimes: string[] = [];
  const doubles: string[] = [];
  const deeds = { made, marked, crimes, doubles, copies: 0 };
  const at = (place: Place, side: keyof Sides): boolean => place.bucket === sides[side].bucket;
  const crime = (text: string): void => {
    crimes.push(text);
    note(`CRIME: ${text}`);
  };

  const guarded: Cos = {
    ...cos,
    async copyObject(place, key, source, attributes) {
      if (!at(place, 'destination')) crime(`a copy to ${place.bucket}/${key}`);
      const result = await cos.copyObject(place, key, source, attributes);
      // A raised replica stands for the version it was copied from in the first place.
      const from = at(source.place, 'source') ? source.versionId : made.get(source.versionId ?? '')?.source;
      const again =
        at(source.place, 'source') && from !== 'null' && hasAnother(core, sides.destination, made, key, '', from ?? '');
      if (again) doubles.push(`${key} ${from}`);
      made.set(result.versionId ?? '', { key, source: from ?? '' });
      deeds.copies += 1;
      note(`copied ${key} ${from} as ${result.versionId}${at(source.place, 'source') ? '' : ' (raised)'}`);
      return result;
    },
    async deleteObject(place, key, versionId) {
      if (at(place, 'source')) crime(`a deletion at the source: ${key}`);
      if (at(place, 'destination') && versionId !== undefined) {
        const mine = made.get(versionId);
        if (mine === undefined) crime(`removed a version of others: ${key} ${versionId}`);
        else if (!hasAnother(core, sides.destination, made, key, versionId, mine.source)) {
          crime(`removed the last replica of ${key} ${mine.source}`);
        }
        note(`removed ${key} ${versionId}`);
      }
      const answer = await cos.deleteObject(place, key, versionId);
      if (at(place, 'destination') && versionId === undefined) {
        marked.add(answer.versionId ?? '');
        note(`marked ${key} as ${answer.versionId}`);
      }
      return answer;
    },
  };
  return { cos: guarded, deeds };
}

/** Whether the destination still has another replica of the same source version; asked for by ID, as listings lag. */
function hasAnother(
  core: Core,
  { bucket, region }: Place,
  made: Deeds['made'],
  key: string,
  versionId: string,
  source: string,
): boolean {
  return [...made].some(([id, one]) => {
    if (id === versionId || one.key !== key || one.source !== source) return false;
    try {
      core.getObject(bucket, region, key, id);
      return true;
    } catch {
      return false;
    }
  });
}
