import { describe, expect, it } from 'vitest';
import { decodeTask, encodeTask } from '../../../shared/tasks/documents.ts';
import type { Task, Upload } from '../../../shared/tasks/index.ts';

const SOURCE = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const TASK: Task = {
  source: SOURCE,
  destination: { bucket: 'backup-1250000000', region: 'ap-shanghai' },
  key: 'k',
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  hints: ['v'],
  cause: 'HandOver',
  attempts: 0,
  first: 1,
};
const UPLOAD: Upload = {
  uploadId: 'u',
  from: SOURCE,
  versionId: 'v',
  etag: '"e-1"',
  size: 5,
  partSize: 2,
  ref: 'v',
  base: null,
  attempt: '1-p1-0123456789abcdef',
  terms: '//false',
};
const decoded = (document: unknown) => decodeTask('name', new TextEncoder().encode(JSON.stringify(document)));

describe('the uploads of a task', () => {
  it('are read back as written', () => {
    const task = { ...TASK, uploads: [UPLOAD, { ...UPLOAD, uploadId: 'w', base: 'b' }] };
    expect(decodeTask('name', encodeTask(task))).toEqual(task);
  });

  it('may be missing, as in documents of earlier releases', () => {
    const task = decodeTask('name', encodeTask(TASK));
    expect(task).toEqual(TASK);
    expect('uploads' in task).toBe(false);
  });

  it.each([
    ['no list', UPLOAD],
    ['an empty ID', [{ ...UPLOAD, uploadId: '' }]],
    ['no ID', [{ ...UPLOAD, uploadId: undefined }]],
    ['an invalid bucket', [{ ...UPLOAD, from: { bucket: 'evil.example.com/', region: 'ap-guangzhou' } }]],
    ['parts of 0 bytes', [{ ...UPLOAD, partSize: 0 }]],
    ['a size that is not a number', [{ ...UPLOAD, size: '5' }]],
    ['half a byte', [{ ...UPLOAD, size: 0.5 }]],
  ])('do not include %s', (_, uploads) => {
    const document = { ...TASK, since: null, uploads };
    expect(() => decoded(document)).toThrow(expect.objectContaining({ code: 'InvalidStateObject' }));
    expect(decoded({ ...document, uploads: [UPLOAD] }).uploads).toEqual([UPLOAD]);
  });
});
