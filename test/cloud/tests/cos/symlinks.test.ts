import { describe, expect, it } from 'vitest';
import type { Switches } from '../../cos/index.ts';
import { BUCKET, bytes, plain, refusal, REGION, setup, textOf } from './setup.ts';
import type { Setup } from './setup.ts';

const link = ({ core, context }: Setup, key: string, target: string) =>
  core.putSymlink(BUCKET, REGION, key, { target, blob: bytes(target) }, plain, context());
const follow = ({ core, get }: Setup, key: string) => core.followLink(BUCKET, REGION, get(key));

describe('a symbolic link', () => {
  it('is an object of its own that reads as its present target', async () => {
    const bench = setup('Enabled');
    const { versionId, time } = link(bench, 'l', 'dir/t');
    bench.put('dir/t', 'first');
    bench.put('dir/t', 'second', { meta: { n: '2' } });
    const read = follow(bench, 'l');
    expect(await textOf(read.blob)).toBe('second');
    expect(read).toMatchObject({ key: 'l', versionId, time, attributes: { meta: { n: '2' } } });
    expect(bench.get('l')).toMatchObject({ linkTarget: 'dir/t', blob: { size: 5 } });
    link(bench, 'l', 'other');
    expect(bench.stack('l')).toBe('v v');
  });

  it('leads nowhere when the target is removed, hidden or a link too', () => {
    const bench = setup('Enabled');
    link(bench, 'l', 't');
    expect(refusal(() => follow(bench, 'l'))).toBe('NoSuchKey 404');
    bench.put('t');
    expect(follow(bench, 'l').key).toBe('l');
    bench.remove('t');
    expect(refusal(() => follow(bench, 'l'))).toBe('NoSuchKey 404');
    link(bench, 't', 'u');
    bench.put('u');
    expect(refusal(() => follow(bench, 'l'))).toBe('NoSuchKey 404');
    expect(refusal(() => link(bench, 'l', 'l'))).toBe('InvalidArgument 400');
    expect(refusal(() => link(bench, 'l', ''))).toBe('InvalidObjectName 400');
  });

  const copied = (switches: Partial<Switches>) => {
    const bench = setup('Enabled', switches);
    bench.put('t', 'target');
    link(bench, 'l', 't');
    const how = { replaceMetadata: false, replaceTags: false, attributes: plain };
    bench.core.copyObject(BUCKET, REGION, 'copy', { bucket: BUCKET, region: REGION, key: 'l' }, how, bench.context());
    return bench.get('copy');
  };

  it('is copied as its target, or by a switch as a link', async () => {
    const asTarget = copied({});
    expect([asTarget.linkTarget, await textOf(asTarget.blob)]).toEqual([undefined, 'target']);
    const asLink = copied({ copySymlink: 'link' });
    expect([asLink.linkTarget, await textOf(asLink.blob)]).toEqual(['t', 't']);
  });
});
