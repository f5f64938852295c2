import type COS from 'cos-nodejs-sdk-v5';
import { describe, expect, it } from 'vitest';
import { askToPurge, purge, type Terminal } from '../../../../shared/deploy/commands/purge.ts';
import { createStorage, START, STATE } from '../../../deployment/index.ts';

function terminalThat(answer: string, isTTY = true): Terminal & { asked: string[] } {
  const asked: string[] = [];
  return { isTTY, asked, question: async (text) => (asked.push(text), answer) };
}

describe('askToPurge', () => {
  it('continues when the name is typed, and says which data is lost', async () => {
    const terminal = terminalThat(` ${STATE.bucket}`);
    await askToPurge(STATE, undefined, terminal);
    expect(terminal.asked.join()).toMatch(/rules, API keys, pending work.*cannot be undone/s);
  });

  it.each(['', 'y', 'yes', 'crr-dev-gz'])('ends when "%s" is typed', async (answer) => {
    await expect(askToPurge(STATE, undefined, terminalThat(answer))).rejects.toThrow(/nothing was removed/);
  });

  it('never takes silence for consent: without a terminal the name must be given', async () => {
    const silent = terminalThat(STATE.bucket, false);
    await expect(askToPurge(STATE, undefined, silent)).rejects.toThrow(`--confirm ${STATE.bucket}`);
    expect(silent.asked).toEqual([]);
    await askToPurge(STATE, STATE.bucket, silent);
    await expect(askToPurge(STATE, 'another-1250000000', silent)).rejects.toThrow(/nothing was removed/);
  });
});

describe('purge', () => {
  /** `writtenLater`: keys that are written when the bucket is first to be deleted. */
  function stateBucket(keys: readonly string[], writtenLater: string[] = []) {
    const storage = createStorage({ now: () => START, plain: [STATE] });
    for (const key of keys) storage.upload(STATE, key, key);
    const deleted: string[] = [];
    // The two calls of the SDK, which the product's client does not have.
    const sdk = {
      deleteMultipleObject: async ({ Objects }: { Objects: { Key: string }[] }) => {
        expect(Objects.length).toBeLessThanOrEqual(1000);
        for (const { Key } of Objects) {
          storage.erase(STATE, Key);
          deleted.push(Key);
        }
        return { Deleted: [], Error: [] };
      },
      deleteBucket: async () => {
        for (const key of writtenLater.splice(0)) storage.upload(STATE, key, key);
        storage.core.deleteBucket(STATE.bucket, STATE.region);
      },
    } as unknown as COS;
    const isRemoved = () => storage.core.listBuckets().length === 0;
    const lines: string[] = [];
    const report = { line: (text: string) => void lines.push(text), warn: () => undefined };
    return { deleted, lines, isRemoved, run: () => purge(STATE, { cos: storage.cos, sdk, report }) };
  }

  it('deletes every page and then the bucket', async () => {
    const keys = Array.from({ length: 2_345 }, (_, n) => `tasks/${String(n).padStart(5, '0')}`);
    const bucket = stateBucket([...keys, 'secrets/marker-key/1']);
    await bucket.run();
    expect(new Set(bucket.deleted)).toEqual(new Set([...keys, 'secrets/marker-key/1']));
    expect(bucket.isRemoved()).toBe(true);
    expect(bucket.lines).toEqual([
      `state bucket ${STATE.bucket}: 2346 objects deleted`,
      `state bucket ${STATE.bucket}: removed`,
    ]);
  });

  it('looks again when the last run of a function has written after the first look', async () => {
    const bucket = stateBucket(['a'], ['tasks/late']);
    await bucket.run();
    expect(bucket.deleted).toEqual(['a', 'tasks/late']);
    expect(bucket.isRemoved()).toBe(true);
  });
});
