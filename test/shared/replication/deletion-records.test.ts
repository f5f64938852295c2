import { beforeEach, describe, expect, it } from 'vitest';
import { CosError, nodeHash, type Cos } from '../../../shared/cos/index.ts';
import { MarkBook } from '../../../shared/replication/deletion-records.ts';
import { createStorage, START } from '../../deployment/index.ts';
import { DESTINATION, SOURCE } from './decide/build.ts';

const STATE = { bucket: 'crr-dev-sh-1250000000', region: 'ap-shanghai' };
const RANK = { time: 1_700_000_000_000_000, bucket: SOURCE.bucket };

let cos: Cos;
let book: MarkBook;
let elsewhere: MarkBook;
let names: () => readonly string[];
beforeEach(() => {
  const storage = createStorage({ now: () => START, plain: [STATE] });
  let made = 0;
  cos = storage.cos;
  const deps = { cos, hash: nodeHash, unique: () => `u${(made += 1)}` };
  book = new MarkBook(deps, STATE);
  elsewhere = new MarkBook(deps, { ...STATE, bucket: 'not-deployed-1250000000' });
  names = () => storage.keys(STATE);
});

describe('the record of the deletion that a delete marker stands for', () => {
  // P35
  it('is written before the delete marker is made, and with its ID after', async () => {
    const intention = await book.intend(DESTINATION, 'k', RANK, SOURCE);
    if (intention === undefined) throw new Error('not written down');
    expect(await book.of(DESTINATION, 'k')).toMatchObject({
      made: [],
      intended: [{ rank: RANK, writer: book.writerOf(SOURCE), time: START }],
    });
    await book.settle(DESTINATION, 'k', intention, 'MTg0');
    expect(await book.of(DESTINATION, 'k')).toMatchObject({ made: [{ versionId: 'MTg0', rank: RANK }], intended: [] });
    expect(names()).toHaveLength(1);
  });

  it('replaces the intention, even when that could not be removed', async () => {
    const intention = await book.intend(DESTINATION, 'k', RANK, SOURCE);
    if (intention === undefined) throw new Error('not written down');
    await book.settle(DESTINATION, 'k', intention, 'MTg0');
    await cos.putObject(STATE, intention.name, new Uint8Array());
    expect(names()).toHaveLength(2);
    expect((await book.of(DESTINATION, 'k')).intended).toEqual([]);
  });

  it('is removed when the request was refused', async () => {
    const intention = await book.intend(DESTINATION, 'k', RANK, SOURCE);
    if (intention === undefined) throw new Error('not written down');
    await book.drop(intention);
    expect(names()).toEqual([]);
  });

  // P35b
  it('is removed when its own PUT got no answer, because the delete marker is never made then', async () => {
    const unanswered: Cos = {
      ...cos,
      async putObject(place, name, body, options) {
        await cos.putObject(place, name, body, options);
        throw new CosError({ method: 'putObject', place }, 'the network', {
          code: 'AnswerTimeout',
          outcome: 'unknown',
        });
      },
    };
    const cut = new MarkBook({ cos: unanswered, hash: nodeHash, unique: () => 'u' }, STATE);
    await expect(cut.intend(DESTINATION, 'k', RANK, SOURCE)).rejects.toThrow('AnswerTimeout');
    expect(names()).toEqual([]);
  });

  // P36c
  it('may be one of several of the same delete marker', async () => {
    const intention = await book.intend(DESTINATION, 'k', RANK, SOURCE);
    if (intention === undefined) throw new Error('not written down');
    await book.settle(DESTINATION, 'k', intention, 'MTg0');
    const newer = { ...RANK, time: RANK.time + 1 };
    await book.stand(DESTINATION, 'k', 'MTg0', newer);
    const { made } = await book.of(DESTINATION, 'k');
    expect(made).toHaveLength(2);
    expect(made).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ versionId: 'MTg0', rank: RANK }),
        expect.objectContaining({ versionId: 'MTg0', rank: newer }),
      ]),
    );
  });

  it('is told apart by bucket, region and key', async () => {
    await book.intend(DESTINATION, 'k', RANK, SOURCE);
    for (const [place, key] of [
      [SOURCE, 'k'],
      [{ ...DESTINATION, region: 'ap-beijing' }, 'k'],
      [DESTINATION, 'k2'],
    ] as const) {
      expect(await book.of(place, key)).toEqual({ made: [], intended: [] });
    }
  });

  it('is not needed where nobody replicates from the bucket yet', async () => {
    expect(await elsewhere.intend(DESTINATION, 'k', RANK, SOURCE)).toBeUndefined();
    expect(await elsewhere.of(DESTINATION, 'k')).toEqual({ made: [], intended: [] });
  });
});
