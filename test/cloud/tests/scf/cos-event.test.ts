import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCore } from '../../cos/index.ts';
import type { CoreEvent, Switches } from '../../cos/index.ts';
import { EVENT_SIGNATURE } from '../../scf/index.ts';
import { cosEvent } from '../../scf/cos-event.ts';

interface Record_ {
  readonly cos: { readonly cosObject: { key: string; url: string; vid: string; meta: object; size: number } };
  readonly event: { readonly requestParameters: { requestHeaders: { Authorization: string } }; eventQueue: string };
}

const SWITCHES = createCore({ now: () => 0, random: () => 0 }).switches;
const TARGET = { region: 'ap-shanghai', namespace: 'default', name: 'example-fn', qualifier: '$DEFAULT' };

/** The write behind the recording. */
const WRITE: CoreEvent = {
  name: 'cos:ObjectCreated:Put',
  bucket: 'examplebucket-1250000000',
  region: 'ap-shanghai',
  key: '!!!!!!!',
  versionId: 'MTg0NDUwNDQwNzM3MDk0MjgxNTk',
  size: 557,
  etag: '"0d7316832fef232e5dcdcf81f39bfdba"',
  meta: {},
  contentType: 'text/plain',
  storageClass: 'STANDARD',
  time: 1_650_016_156_789,
  requestId: 'NjI1OTNmOWNfNGIzN2YyMDlfMmJhZjVfNDJkZTBmYQ==',
};

function fixture(name: string): { Records: [Record_] } {
  const url = new URL(`../../../fixtures/events/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { event: { Records: [Record_] } }).event;
}

function build(write: Partial<CoreEvent>, switches: Partial<Switches> = {}): { Records: [Record_] } {
  return cosEvent({ ...WRITE, ...write }, TARGET, { ...SWITCHES, ...switches }) as { Records: [Record_] };
}

/** Address and signature of the uploader are not the write's. */
function withoutUploader(event: { Records: [Record_] }): unknown {
  const [record] = event.Records;
  return { ...record, event: { ...record.event, requestParameters: undefined } };
}

describe('the event of a COS trigger', () => {
  it('equals the recording, field by field and in its order', () => {
    const captured = withoutUploader(fixture('real-2022-put-presigned'));
    expect(JSON.stringify(withoutUploader(build({})))).toBe(JSON.stringify(captured));
    const { requestParameters } = build({}).Records[0].event;
    expect(Object.keys(requestParameters).sort()).toEqual(['requestHeaders', 'requestSourceIP']);
    expect(requestParameters.requestHeaders.Authorization).toContain(EVENT_SIGNATURE);
    expect(requestParameters.requestHeaders.Authorization).toMatch(
      /^q-sign-algorithm=sha1&q-ak=\w+&.*&q-signature=\w{40}$/,
    );
  });

  it('has the key raw, and the address percent-encoded', () => {
    const { key, url } = build({ key: 'logs/a b+中文%.txt' }).Records[0].cos.cosObject;
    expect(key).toBe('/1250000000/examplebucket/logs/a b+中文%.txt');
    expect(url).toBe(
      'http://examplebucket-1250000000.cos.ap-shanghai.myqcloud.com/logs/a%20b%2B%E4%B8%AD%E6%96%87%25.txt',
    );
  });

  it('shows the version only by switch', () => {
    expect(build({}).Records[0].cos.cosObject.vid).toBe('');
    expect(build({}, { eventVersionId: true }).Records[0].cos.cosObject.vid).toBe(WRITE.versionId);
  });

  it('has user metadata, and leaves out the fields of newer events by switch', () => {
    const { meta } = build({ meta: { mykey: 'myvalue' } }, { eventEtag: false }).Records[0].cos.cosObject;
    expect(meta).toEqual({
      'Content-Type': 'text/plain',
      'x-cos-meta-mykey': 'myvalue',
      'x-cos-request-id': WRITE.requestId,
    });
  });

  it('of a delete marker has no fields of content', () => {
    const write = { name: 'cos:ObjectRemove:DeleteMarkerCreated', etag: '', size: 0, contentType: '' };
    const expected = fixture('synthetic-delete-marker-created').Records[0].cos.cosObject;
    const { meta, size } = build({ ...write, requestId: 'NjU1M2YxMDBfYTEwYTA5Xzg2NF8xMjM0NTc=' }).Records[0].cos
      .cosObject;
    expect({ meta, size }).toEqual({ meta: expected.meta, size: expected.size });
  });
});
