import { afterEach, describe, expect, it } from 'vitest';
import { METADATA_LIMIT } from '../../shared/replication/index.ts';
import { causesIn, expectSame, openPair, shapeOf, skippedIn, type Pair } from './pair.ts';

let pair: Pair;
afterEach(() => pair.close());

const open = async (): Promise<void> => {
  pair = await openPair();
  await pair.setRule();
};
const link = (bucket: Pair['source'], key: string, target: string) =>
  bucket.must('PUT', key, { query: { symlink: '' }, headers: { 'x-cos-symlink-target': target } });
const append = (key: string) => pair.source.must('POST', key, { query: { append: '', position: '0' }, body: 'one' });
const reasons = () => skippedIn(pair).map(({ reason }) => reason);

describe('an appended object that COS does not copy', () => {
  it('is skipped with its reason, and a version written over it is replicated', async () => {
    await open();
    await append('log');
    await pair.deliver();
    expect(reasons()).toContain('appended');
    expect(causesIn(pair)).toEqual([]);
    await pair.source.put('log', 'normal');
    await pair.deliver();
    await expectSame(pair, 'log');
  });

  it('does not stop newer versions when the bucket got its versioning later', async () => {
    await open();
    await append('old');
    for (const text of ['1', '2']) {
      await pair.source.put('old', text);
      await pair.deliver();
    }
    await expectSame(pair, 'old');
    expect(await shapeOf(pair.destination, 'old')).toBe('v v');
  });
});

describe('a symbolic link that leads nowhere', () => {
  it('is skipped with its reason, which shows it to the owner, and leaves no task', async () => {
    await open();
    const made = await link(pair.source, 'link', 'absent');
    await pair.deliver();
    expect(skippedIn(pair)).toEqual([{ versionId: made.headers['x-cos-version-id'], reason: 'dangling-link' }]);
    expect(pair.lines.map(({ message }) => message)).not.toContain('left to a task');
  });

  it('does not stop older and newer versions', async () => {
    await open();
    await pair.source.put('link', 'below');
    await link(pair.source, 'link', 'absent');
    await pair.source.put('link', 'above');
    await pair.deliver();
    await expectSame(pair, 'link');
    expect(await shapeOf(pair.destination, 'link')).toBe('v v');
  });

  it('of a user at the destination stops nothing', async () => {
    await open();
    await link(pair.destination, 'theirs', 'absent');
    for (const text of ['1', '2']) {
      await pair.source.put('theirs', text);
      await pair.deliver();
    }
    expect(causesIn(pair)).toEqual([]);
    await expectSame(pair, 'theirs');
    expect(await shapeOf(pair.destination, 'theirs')).toBe('v v v');
  });
});

describe('metadata', () => {
  const bytesOf = (headers: Readonly<Record<string, string>>): number =>
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-cos-meta-'))
      .reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const fillers = (bytes: number): Record<string, string> => {
    const names = ['x-cos-meta-a', 'x-cos-meta-b', 'x-cos-meta-c'];
    const each = Math.floor(bytes / names.length);
    const rest = bytes - each * names.length;
    return Object.fromEntries(names.map((name, i) => [name, 'f'.repeat(each + (i === 0 ? rest : 0) - name.length)]));
  };

  it('that leaves room for the replication marker within 4 KB, to the byte, is replicated', async () => {
    await open();
    await pair.source.put('k', 'first');
    await pair.deliver();
    await pair.source.put('k', 'second');
    await pair.deliver();
    const marker = bytesOf((await expectSame(pair, 'k')).headers);
    await pair.source.put('k', 'third', fillers(METADATA_LIMIT - marker));
    await pair.deliver();
    expect(bytesOf((await expectSame(pair, 'k')).headers)).toBe(METADATA_LIMIT);
    const versionId = await pair.source.put('k', 'fourth', fillers(METADATA_LIMIT - marker + 1));
    await pair.deliver();
    expect(skippedIn(pair)).toEqual([{ versionId, reason: 'metadata-limit' }]);
  });

  it('that COS refuses below the documented limit costs that version alone', async () => {
    await open();
    Object.assign(pair.driver.cloud?.core.switches ?? {}, { metadataLimit: 2048 });
    const versionId = await pair.source.put('k', 'first', fillers(2000));
    await pair.deliver();
    expect(skippedIn(pair)).toContainEqual({ versionId, reason: 'metadata-limit' });
    expect(causesIn(pair)).toEqual([]);
    await pair.source.put('k', 'second');
    await pair.deliver();
    await expectSame(pair, 'k');
    expect(await shapeOf(pair.destination, 'k')).toBe('v');
  });
});
