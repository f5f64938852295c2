import type COS from 'cos-nodejs-sdk-v5';
import { describe, expect, it } from 'vitest';
import type { Cos } from '../../../../shared/cos/index.ts';
import { askToPurge, purge, type Terminal } from '../../../../shared/deploy/commands/purge.ts';

const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

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
  function stateBucket(keys: string[], writtenLater: string[] = []) {
    const deleted: string[] = [];
    let removed = false;
    const cos: Pick<Cos, 'listObjects'> = {
      listObjects: async (_, { marker = '', maxKeys = 1000 }) => {
        const found = keys.filter((key) => key > marker).sort();
        const shown = found.slice(0, maxKeys);
        return {
          entries: shown.map((key) => ({ key, etag: '"e"', size: 1, lastModified: 0, storageClass: 'STANDARD' })),
          nextMarker: found.length > maxKeys ? shown.at(-1) : undefined,
        };
      },
    };
    const sdk = {
      deleteMultipleObject: async ({ Objects }: { Objects: { Key: string }[] }) => {
        expect(Objects.length).toBeLessThanOrEqual(1000);
        for (const { Key } of Objects) {
          keys.splice(keys.indexOf(Key), 1);
          deleted.push(Key);
        }
        return { Deleted: [], Error: [] };
      },
      deleteBucket: async () => {
        keys.push(...writtenLater.splice(0));
        if (keys.length > 0) throw Object.assign(new Error('not empty'), { code: 'BucketNotEmpty' });
        removed = true;
      },
    } as unknown as COS;
    const lines: string[] = [];
    const report = { line: (text: string) => void lines.push(text), warn: () => undefined };
    return { deleted, lines, isRemoved: () => removed, run: () => purge(STATE, { cos, sdk, report }) };
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
