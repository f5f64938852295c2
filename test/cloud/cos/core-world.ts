import type { Bucket } from './bucket.ts';
import { noSuchBucket } from './refusals.ts';
import type { Switches } from './switches.ts';
import type { CoreEvent } from './types.ts';

export interface CoreOptions {
  /** ms since 1970 */
  now: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  switches?: Partial<Switches>;
}

/** The parts that all operations share. */
export interface World {
  readonly switches: Switches;
  readonly buckets: Map<string, Bucket>;
  now(): number;
  /** Microseconds since 1970, more with each call even when the clock stops or goes back. */
  tick(): number;
  hex(digits: number): string;
  /** Throws NoSuchBucket, even when the bucket is in another region. */
  bucket(name: string, region: string): Bucket;
  emit(event: CoreEvent): void;
  readonly onEvent: (listener: (event: CoreEvent) => void) => () => void;
}

/** The default for each doubtful point. */
export const USUAL_SWITCHES: Switches = {
  markerOn404: false,
  eventVersionId: false,
  eventEtag: true,
  listingLag: 0,
  metadataLimit: 4096,
  metadataHeaderLimit: 2048,
  noSuchCopySource: false,
  lifecycleEvents: false,
  appendOnVersioned: 'null',
  copyAppendable: false,
  copySymlink: 'target',
  refuseEmptyVersionId: false,
  noSuchTagSetOfObjects: false,
  ownBucketAlreadyExists: false,
  refuseLongDomains: false,
  refuseLeadingSlash: false,
  ignoreUnknownSubresources: false,
  nativeReplication: false,
};

export function createWorld({ now, random, switches }: CoreOptions): World {
  const buckets = new Map<string, Bucket>();
  const listeners = new Set<(event: CoreEvent) => void>();
  const waiting: CoreEvent[] = [];
  let delivering = false;
  let last = 0;

  /**
   * A listener may write. The events of its writes wait until every listener has seen the present one, so all see one
   * order.
   */
  function emit(event: CoreEvent): void {
    waiting.push(event);
    if (delivering) return;
    delivering = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        for (const listener of listeners) listener(next);
      }
    } finally {
      delivering = false;
    }
  }

  return {
    switches: { ...USUAL_SWITCHES, ...switches },
    buckets,
    now,
    tick() {
      last = Math.max(Math.floor(now() * 1000), last + 1);
      return last;
    },
    hex(digits) {
      let text = '';
      while (text.length < digits) text += Math.floor(random() * 16).toString(16);
      return text;
    },
    bucket(name, region) {
      const bucket = buckets.get(name);
      if (bucket?.region !== region) throw noSuchBucket();
      return bucket;
    },
    emit,
    onEvent(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
