import { readFileSync, readdirSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readCosEvent } from '../../../shared/scf/index.ts';

const folder = new URL('../../fixtures/events/', import.meta.url);

function fixture(name: string): unknown {
  return (JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { event: unknown }).event;
}

function read(event: unknown) {
  const problems: string[] = [];
  const events = readCosEvent(event, (problem) => problems.push(problem));
  return { events, problems };
}

const guangzhou = { bucket: 'source-1250000000', region: 'ap-guangzhou' };

/** A record with all fields of the newer recordings; tests replace parts of it. */
function record({ object = {}, bucket = {}, event = {} }: { object?: object; bucket?: object; event?: object }) {
  return {
    cos: {
      cosBucket: { appid: '1250000000', cosRegion: 'ap-guangzhou', name: 'source', region: 'gz', ...bucket },
      cosObject: {
        key: '/1250000000/source/a.txt',
        meta: {},
        size: 1,
        url: 'http://source-1250000000.cos.ap-guangzhou.myqcloud.com/a.txt',
        vid: '',
        ...object,
      },
    },
    event: { eventName: 'cos:ObjectCreated:Put', eventTime: 1700000000, ...event },
  };
}

describe('recorded and documented events', () => {
  it.each([
    ['real-2022-put-presigned.json', 'created', 'examplebucket-1250000000', 'ap-shanghai', '!!!!!!!'],
    [
      'real-2022-put-video.json',
      'created',
      'examplebucket-1250000000',
      'ap-shanghai',
      'video/inputs/HappyLunarNewYear.mp4',
    ],
    ['documented-put.json', 'created', 'testpic-1253970026', 'ap-chengdu', 'testfile'],
    ['third-party-complete-multipart.json', 'created', 'testpic-1253970026', 'ap-chengdu', 'testfile'],
    ['synthetic-complete-multipart.json', 'created', 'source-1250000000', 'ap-guangzhou', undefined],
    ['synthetic-copy.json', 'created', 'source-1250000000', 'ap-guangzhou', 'logs/copied.txt'],
    ['synthetic-origin.json', 'created', 'source-1250000000', 'ap-guangzhou', 'img/from-origin.png'],
    ['synthetic-replication.json', 'created', 'source-1250000000', 'ap-guangzhou', 'logs/a.txt'],
    ['synthetic-put-versioned-vid-empty.json', 'created', 'source-1250000000', 'ap-guangzhou', 'logs/a b+中文.txt'],
    ['synthetic-put-versioned-vid-filled.json', 'created', 'source-1250000000', 'ap-guangzhou', 'logs/a b+中文.txt'],
    ['synthetic-delete-marker-created.json', 'marker', 'source-1250000000', 'ap-guangzhou', 'logs/a.txt'],
    ['synthetic-remove-delete-version.json', 'removed', 'source-1250000000', 'ap-guangzhou', 'logs/a.txt'],
  ])('are read without a problem: %s', (name, type, bucket, region, key) => {
    const { events, problems } = read(fixture(name));
    expect(problems).toEqual([]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type, place: { bucket, region }, ...(key === undefined ? {} : { key }) });
  });

  it('keep everything that a hint needs', () => {
    expect(read(fixture('real-2022-put-video.json')).events[0]).toEqual({
      type: 'created',
      name: 'cos:ObjectCreated:Put',
      place: { bucket: 'examplebucket-1250000000', region: 'ap-shanghai' },
      key: 'video/inputs/HappyLunarNewYear.mp4',
      versionId: undefined,
      etag: '"eb6cf523ae4d528e72f2d11f3a91cd40"',
      size: 2561690,
      time: 1645634761000,
    });
    expect(read(fixture('synthetic-put-versioned-vid-filled.json')).events[0]?.versionId).toBe(
      'MTg0NDUwNDQwNzM3MDk0MjgxNTk',
    );
  });

  it('give both names where an old record contradicts itself, and the problem says so', () => {
    const { events, problems } = read(fixture('sample-2018-put.json'));
    const place = { bucket: 'outputbucket1-1250000000', region: 'ap-guangzhou' };
    expect(events).toMatchObject([
      { place, key: 'video/test.ts', etag: undefined },
      { place, key: 'video/myvideo/test.ts', etag: undefined },
    ]);
    expect(problems).toEqual(['Record 1 of the COS event: url and key name different objects; both are looked at.']);
  });

  it('are all read from a batch', () => {
    expect(read(fixture('synthetic-batch-two-records.json')).events).toHaveLength(2);
  });

  it('do not include a message of another product', () => {
    const { events, problems } = read(fixture('eventbridge-envelope.json'));
    expect(events).toEqual([]);
    expect(problems).toEqual(['The event has no Records; it is not a COS event.']);
  });

  it('all have an expectation', () => {
    const withRecords = readdirSync(folder).filter(
      (name) => 'Records' in ((fixture(name) as object | undefined) ?? {}),
    );
    expect(withRecords).toHaveLength(14);
  });
});

describe('readCosEvent', () => {
  it('passes on unknown event types', () => {
    for (const eventName of ['cos:ObjectRestore:Post', 'cos:ObjectTagging:Put', 'x']) {
      expect(read({ Records: [record({ event: { eventName } })] }).events[0]?.type).toBe('other');
    }
    expect(read({ Records: [record({ event: { eventName: 'cos:ObjectRestore:Completed' } })] }).events[0]?.type).toBe(
      'restored',
    );
  });

  it('takes the place from cosBucket when the url has another domain', () => {
    const url = 'https://source-1250000000.cos.accelerate.myqcloud.com/a.txt';
    expect(read({ Records: [record({ object: { url } })] }).events[0]?.place).toEqual(guangzhou);
    const short = record({ object: { url }, bucket: { cosRegion: undefined, region: 'gz' } });
    expect(read({ Records: [short] }).events[0]?.place).toEqual(guangzhou);
  });

  it('takes the raw key when the url is missing or not percent-encoded', () => {
    for (const url of [undefined, '', 'http://source-1250000000.cos.ap-guangzhou.myqcloud.com/100%.txt']) {
      const { events, problems } = read({
        Records: [record({ object: { url, key: '/1250000000/source/100%.txt' } })],
      });
      expect(events[0]).toMatchObject({ place: guangzhou, key: '100%.txt' });
      expect(problems).toEqual([]);
    }
  });

  it.each([
    ['a/../b', 'a/../b'],
    ['a//b', 'a//b'],
    ['%2Fa', '/a'],
    ['a%2520b', 'a%20b'],
    ['a+b%3Fc%23d', 'a+b?c#d'],
    ['..', '..'],
  ])('does not normalise the key %s', (encoded, key) => {
    const url = `http://source-1250000000.cos.ap-guangzhou.myqcloud.com/${encoded}`;
    expect(read({ Records: [record({ object: { url, key: `/1250000000/source/${key}` } })] })).toMatchObject({
      events: [{ key }],
      problems: [],
    });
  });

  it.each([
    ['a plus for a blank', 'a+b', 'a b', ['a+b', 'a b']],
    ['a blank for a plus', 'a%20b', 'a+b', ['a b', 'a+b']],
    ['a url that was encoded twice', 'a%2520b', 'a b', ['a%20b', 'a b']],
    ['a url that was not encoded', 'a%20b', 'a%20b', ['a b', 'a%20b']],
    ['a key that was encoded', 'a%20b', 'a%20b', ['a b', 'a%20b']],
    ['a url that ends at a question mark', 'a', 'a?b', ['a', 'a?b']],
  ])('gives both names where they disagree: %s', (_, encoded, key, keys) => {
    const url = `http://source-1250000000.cos.ap-guangzhou.myqcloud.com/${encoded}`;
    const one = read({ Records: [record({ object: { url, key: `/1250000000/source/${key}`, vid: 'v' } })] });
    expect(one.events).toMatchObject(keys.map((name) => ({ key: name, place: guangzhou, versionId: 'v' })));
    expect(one.problems).toHaveLength(1);
  });

  it.each([
    [
      'a key that was encoded',
      encodeURIComponent('世'.repeat(280)),
      encodeURIComponent('世'.repeat(280)),
      '世'.repeat(280),
    ],
    [
      'a url that was encoded twice',
      encodeURIComponent(encodeURIComponent('世'.repeat(280))),
      '世'.repeat(280),
      '世'.repeat(280),
    ],
    ['a url that was not encoded', '%2F', '%2F', '%2F'],
  ])('leaves out the name that no object can have: %s', (_, encoded, raw, key) => {
    const url = `http://source-1250000000.cos.ap-guangzhou.myqcloud.com/${encoded}`;
    const one = read({ Records: [record({ object: { url, key: `/1250000000/source/${raw}` } })] });
    expect(one).toMatchObject({ events: [{ key }], problems: [] });
    expect(one.events).toHaveLength(1);
  });

  it.each(['x'.repeat(851), '/', '././', 'a\ud800'])('leaves out a record of a key that COS refuses', (key) => {
    const { events, problems } = read({ Records: [record({ object: { url: '', key: `/1250000000/source/${key}` } })] });
    expect([events, problems.length]).toEqual([[], 1]);
  });

  it('leaves out a record that names no object and continues with the next', () => {
    const bad = record({ object: { url: '', key: '' } });
    const { events, problems } = read({ Records: [bad, null, 7, { cos: {} }, record({})] });
    expect(events).toHaveLength(1);
    expect(problems).toHaveLength(4);
  });

  it('refuses a bucket or region that could become part of a host', () => {
    const url = 'http://evil.example/a.txt';
    const bucket = { cosRegion: 'ap-x.evil.example/', s3Region: undefined, region: undefined };
    expect(read({ Records: [record({ object: { url }, bucket })] }).events).toEqual([]);
  });

  it('reads sizes and times in the forms of the samples', () => {
    const one = (object: object, event: object = {}) => read({ Records: [record({ object, event })] }).events[0];
    expect(one({ size: '1029' })?.size).toBe(1029);
    expect(one({ size: -1 })?.size).toBeUndefined();
    expect(one({ size: 'many' })?.size).toBeUndefined();
    expect(one({}, { eventTime: '2023-11-14T22:13:20Z' })?.time).toBe(1700000000000);
    expect(one({}, { eventTime: '1700000000' })?.time).toBe(1700000000000);
    expect(one({}, { eventTime: 'soon' })?.time).toBeUndefined();
    expect(one({ meta: { etag: 'abc' } })?.etag).toBe('"abc"');
  });

  it('never quotes the record in a problem, because it has the signature of the uploader', () => {
    const bad = record({
      object: { url: '', key: 'q-signature=deadbeef' },
      event: { requestParameters: { requestHeaders: { Authorization: 'q-signature=deadbeef' } } },
    });
    expect(read({ Records: [bad] }).problems.join()).not.toContain('deadbeef');
  });

  it('never throws, whatever the input', () => {
    const shape = fc.record(
      {
        cos: fc.record({ cosObject: fc.anything(), cosBucket: fc.anything() }, { requiredKeys: [] }),
        event: fc.record({ eventName: fc.oneof(fc.string(), fc.anything()), eventTime: fc.anything() }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ Records: fc.array(fc.oneof(shape, fc.anything())) })),
        (event) => {
          for (const { key, place } of read(event).events) expect([key, place.bucket, place.region]).not.toContain('');
        },
      ),
    );
  });
});
