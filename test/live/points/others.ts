import { at, xmlOf } from '../../contract/driver.ts';
import { copyOf, outcomeOf, type Point } from './point.ts';

/** A point without a switch. `taken` is the behaviour of the local cloud, in the words of `observe`. */
export interface OtherPoint extends Point {
  readonly taken: string;
}

const TYPES = { zip: 'application/zip', txt: 'text/plain', json: 'application/json', bin: 'application/octet-stream' };

export const OTHER_POINTS: readonly OtherPoint[] = [
  {
    name: 'code of GET ?replication without rules',
    taken: '404 ReplicationConfigurationnotFoundError',
    observe: async ({ versioned }) => outcomeOf(await versioned.call('GET', '', { query: { replication: '' } })),
  },
  {
    name: 'Content-Type by key',
    taken: Object.values(TYPES).join(', '),
    async observe({ plain }) {
      const found: string[] = [];
      for (const ending of Object.keys(TYPES)) {
        await plain.put(`type.${ending}`, 'x');
        found.push((await plain.must('HEAD', `type.${ending}`)).headers['content-type'] ?? 'none');
      }
      return found.join(', ');
    },
  },
  {
    name: 'ETag under SM4',
    taken: 'the MD5',
    async observe({ plain }) {
      const headers = { 'x-cos-server-side-encryption': 'SM4' };
      const { headers: told } = await plain.must('PUT', 'sm4', { body: 'x', headers });
      return told['etag'] === '"9dd4e461268c8034f5c8564e155c67a6"' ? 'the MD5' : 'something else';
    },
  },
  {
    name: 'domains in x-cos-copy-source',
    taken: '200',
    async observe({ plain }) {
      await plain.put('domain', 'x');
      const source = `${plain.name}.cos.${plain.region}.made-up-domain.com/domain`;
      return outcomeOf(await plain.call('PUT', 'domain-copy', { headers: { 'x-cos-copy-source': source } }));
    },
  },
  {
    name: 'x-cos-storage-class in answers',
    taken: 'PUT STANDARD_IA: STANDARD_IA; PUT STANDARD: none',
    async observe({ plain }) {
      const classOf = async (name: string) => {
        const { headers } = await plain.must('PUT', `class-${name}`, {
          body: 'x',
          headers: { 'x-cos-storage-class': name },
        });
        return headers['x-cos-storage-class'] ?? 'none';
      };
      return `PUT STANDARD_IA: ${await classOf('STANDARD_IA')}; PUT STANDARD: ${await classOf('STANDARD')}`;
    },
  },
  {
    name: 'keys with CAN, EM, SUB, ESC, or a line feed before a carriage return',
    taken: '400 InvalidObjectName, 404 NoSuchKey',
    async observe({ plain }) {
      const put = await plain.call('PUT', 'can\u0018', { body: 'x' });
      return `${outcomeOf(put)}, ${outcomeOf(await plain.call('GET', 'can\u0018'))}`;
    },
  },
  {
    name: 'two sub-resources in one request',
    taken: '400 InvalidArgument',
    async observe({ plain }) {
      await plain.put('two', 'x');
      return outcomeOf(await plain.call('GET', 'two', { query: { acl: '', tagging: '' } }));
    },
  },
  {
    name: 'x-cos-forbid-overwrite in a bucket with versioning',
    taken: 'no effect',
    async observe({ versioned }) {
      await versioned.put('forbidden', '1');
      const headers = { 'x-cos-forbid-overwrite': 'true' };
      const again = await versioned.call('PUT', 'forbidden', { body: '2', headers });
      return again.status === 200 ? 'no effect' : outcomeOf(again);
    },
  },
  {
    name: 'x-cos-forbid-overwrite in a bucket without versioning: leases rely on it',
    taken: '409 FileAlreadyExists',
    async observe({ plain }) {
      const headers = { 'x-cos-forbid-overwrite': 'true' };
      await plain.must('PUT', 'lease', { body: '1', headers });
      return outcomeOf(await plain.call('PUT', 'lease', { body: '2', headers }));
    },
  },
  {
    name: 'DELETE ?lifecycle without one',
    taken: '404 NoSuchLifecycleConfiguration',
    observe: async ({ plain }) => outcomeOf(await plain.call('DELETE', '', { query: { lifecycle: '' } })),
  },
  {
    name: 'GET ?policy without one',
    taken: '404 NoSuchBucketPolicy',
    observe: async ({ plain }) => outcomeOf(await plain.call('GET', '', { query: { policy: '' } })),
  },
  {
    name: 'GET of a symbolic link',
    taken: 'type normal, version ID of the link',
    async observe({ versioned }) {
      await versioned.put('read-target', 'x');
      const made = await versioned.must('PUT', 'read-link', {
        query: { symlink: '' },
        headers: { 'x-cos-symlink-target': 'read-target' },
      });
      const { headers } = await versioned.must('GET', 'read-link');
      const own = headers['x-cos-version-id'] === made.headers['x-cos-version-id'];
      return `type ${headers['x-cos-object-type'] ?? 'none'}, version ID of the ${own ? 'link' : 'target'}`;
    },
  },
  {
    name: 'a link whose target is not there',
    taken: '404 NoSuchKey',
    async observe({ plain }) {
      await plain.must('PUT', 'dangling', { query: { symlink: '' }, headers: { 'x-cos-symlink-target': 'nowhere' } });
      return outcomeOf(await plain.call('GET', 'dangling'));
    },
  },
  {
    name: 'code of a copy of an appended object',
    taken: '400 InvalidRequest',
    async observe({ plain }) {
      await plain.must('POST', 'appended-once', { query: { append: '', position: '0' }, body: 'one' });
      return outcomeOf(await plain.call('PUT', 'appended-copy', { headers: copyOf(plain, 'appended-once') }));
    },
  },
  {
    name: 'an append at the wrong place',
    taken: '409 AppendPositionErr',
    async observe({ plain }) {
      const query = { append: '', position: '0' };
      await plain.must('POST', 'appended-twice', { query, body: 'one' });
      return outcomeOf(await plain.call('POST', 'appended-twice', { query, body: 'two' }));
    },
  },
  {
    name: 'OPTIONS without Origin or method',
    taken: '403 AccessForbidden',
    observe: async ({ plain }) => outcomeOf(await plain.call('OPTIONS', 'k', { signature: 'none' })),
  },
  {
    name: 'which time an upload in parts has: current after initiate, PUT, complete',
    taken: 'the upload in parts',
    async observe({ versioned }) {
      const begun = await versioned.must('POST', 'timed', { query: { uploads: '' } });
      const uploadId = at(xmlOf(begun), 'UploadId');
      await versioned.put('timed', 'put');
      const part = await versioned.must('PUT', 'timed', { query: { uploadId, partNumber: '1' }, body: 'parts' });
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
      await versioned.must('POST', 'timed', { query: { uploadId }, body });
      const current = (await versioned.must('GET', 'timed')).body.toString();
      return current === 'parts' ? 'the upload in parts' : 'the PUT';
    },
  },
];
