import { describe, expect, it } from 'vitest';
import { BUCKET, bytes, plain, refusal, REGION, setup, START } from './setup.ts';

describe('events', () => {
  it('name the deeds in their order', () => {
    const { core, put, remove, context, versioning, names } = setup();
    put('a');
    core.putObject(BUCKET, REGION, 'a', bytes(''), plain, { ...context(), event: 'Post' });
    remove('a');
    versioning('Enabled');
    const { versionId } = put('b');
    const marker = remove('b');
    remove('b', versionId);
    remove('b', marker.versionId);
    versioning('Suspended');
    remove('b');
    expect(names()).toEqual([
      'cos:ObjectCreated:Put',
      'cos:ObjectCreated:Post',
      'cos:ObjectRemove:Delete',
      'cos:ObjectCreated:Put',
      'cos:ObjectRemove:DeleteMarkerCreated',
      'cos:ObjectRemove:Delete',
      'cos:ObjectRemove:Delete',
      'cos:ObjectRemove:DeleteMarkerCreated',
    ]);
  });

  it('name the written version', () => {
    const { put, events } = setup('Enabled');
    const attributes = { headers: { 'content-type': 'image/png' }, meta: { one: '1' }, storageClass: 'STANDARD_IA' };
    const { versionId, etag } = put('a', 'text', attributes);
    expect(events).toEqual([
      {
        name: 'cos:ObjectCreated:Put',
        bucket: BUCKET,
        region: REGION,
        key: 'a',
        versionId,
        size: 4,
        etag,
        meta: { one: '1' },
        contentType: 'image/png',
        storageClass: 'STANDARD_IA',
        time: START,
        requestId: 'request-1',
      },
    ]);
  });

  it('have no version ID where versioning was never set, and null where it is suspended', () => {
    const unversioned = setup();
    unversioned.put('a');
    expect(unversioned.events[0]?.versionId).toBe('');
    const suspended = setup('Suspended');
    suspended.put('a');
    expect(suspended.events[0]?.versionId).toBe('null');
  });

  it('are not sent for calls without effect', () => {
    const { remove, put, names } = setup();
    remove('a');
    remove('a', 'null');
    expect(refusal(() => put(''))).toBe('InvalidObjectName 400');
    expect(names()).toEqual([]);
  });

  it('come after the effect', () => {
    const { core, put, remove, get } = setup();
    const seen: unknown[] = [];
    core.onEvent(({ key, name }) => {
      try {
        seen.push(get(key).etag);
      } catch {
        seen.push(name);
      }
    });
    const { etag } = put('a');
    remove('a');
    expect(seen).toEqual([etag, 'cos:ObjectRemove:Delete']);
  });

  it('reach every listener in one order even if a listener writes', () => {
    const { core, put, events } = setup();
    core.onEvent(({ key }) => {
      if (key === 'first') put('second');
    });
    const late: string[] = [];
    core.onEvent(({ key }) => late.push(key));
    put('first');
    expect(late).toEqual(['first', 'second']);
    expect(events.map((event) => event.key)).toEqual(late);
  });

  it('stop for a listener that was removed', () => {
    const { core, put } = setup();
    const seen: string[] = [];
    const leave = core.onEvent(({ key }) => seen.push(key));
    put('a');
    leave();
    put('b');
    expect(seen).toEqual(['a']);
  });

  it('reach later listeners even if an earlier one fails', () => {
    const { core, put, events } = setup();
    const leave = core.onEvent(({ key }) => {
      if (key === 'first') put('second');
      throw new Error('listener');
    });
    expect(() => put('first')).toThrow('listener');
    leave();
    put('third');
    expect(events.map((event) => event.key)).toEqual(['first', 'second', 'third']);
  });
});
