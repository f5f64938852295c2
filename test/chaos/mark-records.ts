import type { Cos } from '../../shared/cos/index.ts';
import { MARKS } from '../../shared/replication/index.ts';
import type { Ledger } from './ledger.ts';

/** Notes a record of a delete marker that was written, at `time` in ms since 1970. */
export function noteRecord({ intended, named }: Ledger, name: string, time: number): void {
  const [, digest = '', versionId = '', micros, bucket = '', unique = ''] = name.split('/');
  const rank = { time: Number(micros), bucket };
  if (versionId !== '-') named.push({ digest, versionId, rank, unique, time });
  else intended.set(unique, { digest, rank, time, until: Number.POSITIVE_INFINITY });
}

/** Notes that a record is removed. Once it is settled, another one says the same. */
export function noteRemoval({ intended, named }: Ledger, name: string, time: number): void {
  const unique = name.split('/')[5] ?? '';
  const record = intended.get(unique);
  if (record !== undefined && !named.some((one) => one.unique === unique)) record.until = time;
}

/** The calls of a function, with what it hears of its delete markers and asks to have on record. */
export function heard(cos: Cos, { answered, recording }: Ledger): Cos {
  return {
    ...cos,
    async deleteObject(place, key, versionId) {
      const result = await cos.deleteObject(place, key, versionId);
      if (versionId === undefined && result.versionId !== undefined) answered.add(result.versionId);
      return result;
    },
    putObject(place, key, body, options) {
      if (key.startsWith(MARKS)) recording.add(key.split('/')[2] ?? '');
      return cos.putObject(place, key, body, options);
    },
  };
}
