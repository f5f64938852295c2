import { describe, expect, it } from 'vitest';
import type { CoreEvent } from '../../cos/index.ts';
import { createFaults, parseFaultRules } from '../../faults/index.ts';
import type { FaultRule } from '../../faults/index.ts';
import type { RequestInfo } from '../../types.ts';

const request: RequestInfo = {
  service: 'cos',
  action: 'CopyObject',
  method: 'PUT',
  bucket: 'b-1250000000',
  region: 'ap-shanghai',
  key: 'dir/a',
  sourceRegion: 'ap-guangzhou',
};
const event: CoreEvent = {
  name: 'cos:ObjectCreated:Put',
  bucket: 'b-1250000000',
  region: 'ap-guangzhou',
  key: 'dir/a',
  versionId: 'v',
  size: 1,
  etag: '"e"',
  meta: {},
  contentType: '',
  storageClass: 'STANDARD',
  time: 0,
  requestId: 'r',
};
const slow = { kind: 'latency', ms: 5 } as const;

function armed(...rules: FaultRule[]) {
  const faults = createFaults({ seed: 7 });
  faults.set(rules);
  return faults;
}

describe('requests', () => {
  it.each([
    [{}, true],
    [{ action: 'CopyObject' }, true],
    [{ action: 'PutObject' }, false],
    [{ method: 'GET' }, false],
    [{ service: 'scf' }, false],
    [{ bucket: 'other' }, false],
    [{ region: 'ap-shanghai', sourceRegion: 'ap-guangzhou' }, true],
    [{ sourceRegion: 'ap-shanghai' }, false],
    [{ prefix: 'dir/' }, true],
    [{ prefix: 'dirs/' }, false],
    [{ event: 'cos:*' }, false],
  ] as const)('%j matches: %s', (match, matches) => {
    expect(armed({ match, effect: slow }).onRequest(request)).toEqual(matches ? [slow] : []);
  });

  it('match a rule with a source region only as copies', () => {
    const { sourceRegion: _, ...plain } = request;
    expect(armed({ match: { sourceRegion: 'ap-guangzhou' }, effect: slow }).onRequest(plain)).toEqual([]);
  });

  it('are struck as often as skip and times say', () => {
    const faults = armed({ effect: slow, skip: 1, times: 2 });
    expect(Array.from({ length: 5 }, () => faults.onRequest(request).length)).toEqual([0, 1, 1, 0, 0]);
    expect(faults.status()).toMatchObject([{ matched: 5, struck: 2 }]);
  });

  it('are struck with a probability drawn from the seed', () => {
    const draw = () => {
      const faults = armed({ effect: slow, probability: 0.5 });
      return Array.from({ length: 200 }, () => faults.onRequest(request).length);
    };
    const drawn = draw();
    expect(drawn).toEqual(draw());
    const struck = drawn.filter((count) => count === 1).length;
    expect(struck).toBeGreaterThan(60);
    expect(struck).toBeLessThan(140);
  });

  it('are struck by several rules in their order, and by none after clear', () => {
    const faults = armed({ effect: slow });
    faults.add({ effect: { kind: 'reset' } });
    expect(faults.onRequest(request)).toEqual([slow, { kind: 'reset' }]);
    faults.clear();
    expect(faults.onRequest(request)).toEqual([]);
  });
});

describe('events', () => {
  it.each([
    [{ kind: 'lose' }, []],
    [{ kind: 'double', afterMs: 500 }, [0, 500]],
    [{ kind: 'delay', ms: 30 }, [30]],
  ] as const)('%j', (effect, deliveries) => {
    expect(armed({ effect }).onEvent(event)).toEqual(deliveries);
    expect(armed({ effect }).onRequest(request)).toEqual([]);
  });

  it('come once, at once, without a rule', () => {
    expect(armed({ effect: slow }).onEvent(event)).toEqual([0]);
  });

  it('are selected by name, or by its beginning', () => {
    const match = (name: string) => armed({ match: { event: name }, effect: { kind: 'lose' } }).onEvent(event);
    expect(match('cos:ObjectCreated:*')).toEqual([]);
    expect(match('cos:ObjectCreated:Put')).toEqual([]);
    expect(match('cos:ObjectRemove:*')).toEqual([0]);
  });

  it('overtake each other when neighbours are reordered', () => {
    const faults = armed({ effect: { kind: 'reorder', withinMs: 1000 } });
    const times = Array.from({ length: 20 }, () => faults.onEvent(event)[0] ?? -1);
    expect(times.every((at) => at >= 0 && at < 1000)).toBe(true);
    expect(times).not.toEqual(times.toSorted((a, b) => a - b));
  });

  it('may be doubled and delayed at once', () => {
    const faults = armed({ effect: { kind: 'double', afterMs: 10 } }, { effect: { kind: 'delay', ms: 5 } });
    expect(faults.onEvent(event)).toEqual([5, 15]);
  });
});

describe('rules as JSON', () => {
  it('are read as they are meant', () => {
    const rules = [
      { match: { action: 'PutObject' }, effect: { kind: 'error', status: 503, code: 'SlowDown' }, times: 1 },
    ];
    expect(parseFaultRules(JSON.parse(JSON.stringify(rules)))).toEqual(rules);
  });

  it.each([
    ['no list', {}],
    ['a misspelt field', [{ effect: { kind: 'reset' }, time: 1 }]],
    ['a misspelt match', [{ match: { buket: 'b' }, effect: { kind: 'reset' } }]],
    ['an unknown effect', [{ effect: { kind: 'explode' } }]],
    ['an impossible probability', [{ effect: { kind: 'reset' }, probability: 2 }]],
  ])('%s is refused', (_, value) => {
    expect(() => parseFaultRules(value)).toThrow(TypeError);
  });
});
