import { afterEach, describe, expect, it } from 'vitest';
import type { Switches } from '../cloud/cos/index.ts';
import { causesIn, expectSame, openPair, shapeOf, type Pair, type PairOptions } from './pair.ts';

let pair: Pair;
afterEach(() => pair.close());

async function open(switches: Partial<Switches> = {}, options: PairOptions = {}): Promise<void> {
  pair = await openPair({}, options);
  Object.assign(pair.driver.cloud?.core.switches ?? {}, switches);
  await pair.setRule();
}

const SSE = 'x-cos-server-side-encryption';

describe('the encryption of the destination', () => {
  it.each(['AES256', 'SM4', 'cos/kms'] as const)(
    '%s is given to a replica whose source has none',
    async (algorithm) => {
      await open();
      const { destination, driver } = pair;
      driver.cloud?.core.configureBucket(destination.name, destination.region, { encryption: { algorithm } });
      for (const text of ['first', 'second']) {
        await pair.source.put('k', text);
        await pair.deliver();
        expect((await expectSame(pair, 'k')).headers[SSE]).toBe(algorithm);
      }
      expect(await shapeOf(destination, 'k')).toBe('v v');
      expect(causesIn(pair)).toEqual([]);
    },
  );

  it.each(['AES256', 'SM4'])('gives way to the %s of the source', async (algorithm) => {
    await open();
    const { destination, driver } = pair;
    const encryption = { algorithm: algorithm === 'SM4' ? 'AES256' : 'SM4' } as const;
    driver.cloud?.core.configureBucket(destination.name, destination.region, { encryption });
    await pair.source.put('k', 'x', { [SSE]: algorithm });
    await pair.deliver();
    expect((await expectSame(pair, 'k')).headers[SSE]).toBe(algorithm);
  });
});

describe('a symbolic link', () => {
  const link = (key: string, target: string) =>
    pair.source.must('PUT', key, { query: { symlink: '' }, headers: { 'x-cos-symlink-target': target } });

  it('has a replica with the content that its target had at the copy', async () => {
    await open();
    await pair.source.put('target', 'first');
    await link('link', 'target');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'link')).body.toString()).toBe('first');
    const told = await pair.destination.call('GET', 'link', { query: { symlink: '' } });
    expect(told.status).toBe(400);
    // COS sends no event for a link whose target has changed.
    await pair.source.put('target', 'second');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'link')).body.toString()).toBe('first');
    expect((await pair.destination.must('GET', 'target')).body.toString()).toBe('second');
    await link('link', 'target');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'link')).body.toString()).toBe('second');
  });

  it('that leads nowhere has no replica and stops nothing', async () => {
    await open();
    await link('link', 'absent');
    await pair.deliver();
    expect(await shapeOf(pair.destination, 'link')).toBe('');
    await pair.source.put('link', 'plain');
    await pair.deliver();
    await expectSame(pair, 'link');
    expect(causesIn(pair)).toEqual([]);
  });

  it('has a replica that follows the target where COS copies a link as a link', async () => {
    await open({ copySymlink: 'link' });
    await pair.source.put('target', 'first');
    await link('link', 'target');
    await pair.deliver();
    await pair.source.put('target', 'second');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'link')).body.toString()).toBe('second');
    expect(causesIn(pair)).toEqual([]);
  });
});

describe('an appended object', () => {
  const append = (position: number, body: string) =>
    pair.source.must('POST', 'log', { query: { append: '', position: String(position) }, body });

  it('that COS can copy has a replica of every length that an event named', async () => {
    await open({ copyAppendable: true });
    await append(0, 'one');
    await pair.deliver();
    await append(3, 'two');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'log')).body.toString()).toBe('onetwo');
    expect(await shapeOf(pair.source, 'log')).toBe('v');
    expect(await shapeOf(pair.destination, 'log')).toBe('v v');
    await pair.source.put('log', 'normal');
    await pair.deliver();
    await expectSame(pair, 'log');
    expect(causesIn(pair)).toEqual([]);
  });

  it('that grows during its copy is looked at again', async () => {
    await open({ copyAppendable: true });
    await append(0, 'one');
    await append(3, 'two');
    await append(6, 'three');
    await pair.deliver();
    expect((await pair.destination.must('GET', 'log')).body.toString()).toBe('onetwothree');
  });
});

describe('a form upload', () => {
  it('is replicated as any other', async () => {
    await open();
    const boundary = 'AaB03x';
    const part = (name: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nbytes\r\n`;
    await pair.source.must('POST', '', {
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: `${part('key', 'form')}${part('x-cos-meta-n', '1')}${file}--${boundary}--\r\n`,
    });
    await pair.deliver();
    expect((await expectSame(pair, 'form')).headers).toMatchObject({
      'x-cos-meta-n': '1',
      'content-type': 'application/octet-stream',
    });
  });
});

describe('buckets of several zones', () => {
  it('take replicas when the rule names one of their classes', async () => {
    await open({}, { multiAz: 'destination' });
    await pair.setRule({ storageClass: 'MAZ_STANDARD_IA' });
    await pair.source.put('k', 'x');
    await pair.deliver();
    const { headers, body } = await pair.destination.must('GET', 'k');
    expect([body.toString(), headers['x-cos-storage-class']]).toEqual(['x', 'MAZ_STANDARD_IA']);
  });

  it('refuse the class of a source of one zone, with the cause', async () => {
    await open({}, { multiAz: 'destination' });
    await pair.source.put('k', 'x');
    await pair.deliver();
    expect(causesIn(pair)).toEqual(['NotSupportedStorageClass']);
  });

  it('cannot give theirs to a destination of one zone, whatever class the rule names, and the cause says so', async () => {
    await open({}, { multiAz: 'source' });
    await pair.source.put('k', 'x');
    await pair.setRule({ storageClass: 'STANDARD' });
    await pair.deliver();
    expect(causesIn(pair)).toEqual(['NotSupportedStorageClass']);
    expect(await shapeOf(pair.destination, 'k')).toBe('');
  });
});
