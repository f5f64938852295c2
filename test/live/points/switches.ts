import type { Switches } from '../../cloud/cos/index.ts';
import { copyOf, outcomeOf, yes, type Point, type Probe } from './point.ts';

/** A point that has a switch of the local cloud. `observe` returns the value to set. */
export interface SwitchPoint extends Point {
  /** Two values of the switch that the observation must tell apart. */
  readonly positions: readonly [unknown, unknown];
  /** The observation for each value, where it is not the value itself. */
  readonly told?: (position: never) => string;
}

/** Values of other switches, which no point here asks about. */
const OTHER_UNASKED: Record<keyof typeof NOT_ASKED, boolean> = {
  eventVersionId: true,
  eventEtag: false,
  lifecycleEvents: true,
  nativeReplication: true,
};

/**
 * Every switch in another position than the usual one. Listings lag in neither: the suites compare what a listing shows
 * at once, and the simulation shows how a lag is met.
 */
export function otherPositions(): Partial<Switches> {
  const asked = Object.entries(SWITCH_POINTS).map(([name, { positions }]) => [name, positions[1]]);
  return { ...(Object.fromEntries(asked) as Partial<Switches>), ...OTHER_UNASKED, listingLag: 0 };
}

/** Switches that no request to a bucket can observe, with the reason. */
export const NOT_ASKED = {
  eventVersionId: 'only a function hears events: points/functions.ts asks',
  eventEtag: 'only a function hears events: points/functions.ts asks',
  lifecycleEvents: 'a lifecycle acts once a day: watch a function on a bucket with a rule of one day for two days',
  nativeReplication: 'no doubt about COS: it stands for another service that has configured it',
} as const;

const append = ({ plain, versioned }: Probe, where: 'plain' | 'versioned', key: string) =>
  (where === 'plain' ? plain : versioned).call('POST', key, { query: { append: '', position: '0' }, body: 'one' });

/** Sends metadata and returns whether COS accepted it. */
async function takes({ plain }: Probe, key: string, headers: Readonly<Record<string, string>>): Promise<boolean> {
  return (await plain.call('PUT', key, { body: 'x', headers })).status === 200;
}

type Asked = Exclude<keyof Switches, keyof typeof NOT_ASKED>;

/** A new switch needs a point here, or a reason above: the type demands it. */
export const SWITCH_POINTS: Readonly<Record<Asked, SwitchPoint>> = {
  markerOn404: {
    name: 'markerOn404',
    positions: [false, true],
    async observe({ versioned }) {
      await versioned.put('marker', 'x');
      await versioned.must('DELETE', 'marker');
      return yes((await versioned.call('GET', 'marker')).headers['x-cos-delete-marker'] === 'true');
    },
  },
  listingLag: {
    name: 'listingLag',
    positions: [0, 1500],
    told: (ms: number) => (ms === 0 ? 'no lag' : 'lag'),
    async observe({ plain }) {
      // Asks several times, because a lag may come only now and then.
      for (let n = 0; n < 5; n += 1) {
        await plain.put(`listed/${n}`, 'x');
        const list = await plain.must('GET', '', { query: { prefix: `listed/${n}` } });
        if (!list.body.toString().includes(`<Key>listed/${n}</Key>`)) return 'lag';
      }
      return 'no lag';
    },
  },
  metadataLimit: {
    name: 'metadataLimit',
    positions: [4096, 2048],
    async observe(probe) {
      const headers = Object.fromEntries([1, 2, 3].map((n) => [`x-cos-meta-n${n}`, 'v'.repeat(1000)]));
      return (await takes(probe, 'metadata', headers)) ? '4096' : '2048';
    },
  },
  metadataHeaderLimit: {
    name: 'metadataHeaderLimit',
    positions: [2048, 4096],
    async observe(probe) {
      // With its name 2,100 bytes, so the whole stays below any limit on the sum.
      const name = 'x-cos-meta-n';
      return (await takes(probe, 'header', { [name]: 'v'.repeat(2100 - name.length) })) ? '4096' : '2048';
    },
  },
  noSuchCopySource: {
    name: 'noSuchCopySource',
    positions: [false, true],
    async observe({ plain }) {
      const answer = await plain.call('PUT', 'copy', { headers: copyOf(plain, 'no-such-key') });
      return yes(outcomeOf(answer).endsWith('NoSuchCopySource'));
    },
  },
  appendOnVersioned: {
    name: 'appendOnVersioned',
    positions: ['null', 'refused'],
    observe: async (probe) => ((await append(probe, 'versioned', 'appended')).status === 200 ? 'null' : 'refused'),
  },
  copyAppendable: {
    name: 'copyAppendable',
    positions: [false, true],
    async observe(probe) {
      await append(probe, 'plain', 'to-be-copied');
      const copy = await probe.plain.call('PUT', 'copied', { headers: copyOf(probe.plain, 'to-be-copied') });
      return yes(copy.status === 200);
    },
  },
  copySymlink: {
    name: 'copySymlink',
    positions: ['target', 'link'],
    async observe({ plain }) {
      await plain.put('link-target', 'x');
      await plain.must('PUT', 'link', { query: { symlink: '' }, headers: { 'x-cos-symlink-target': 'link-target' } });
      await plain.must('PUT', 'link-copy', { headers: copyOf(plain, 'link') });
      return (await plain.call('GET', 'link-copy', { query: { symlink: '' } })).status === 200 ? 'link' : 'target';
    },
  },
  refuseEmptyVersionId: {
    name: 'refuseEmptyVersionId',
    positions: [false, true],
    async observe({ versioned }) {
      await versioned.put('empty-version', 'x');
      return yes((await versioned.call('DELETE', 'empty-version', { query: { versionId: '' } })).status >= 400);
    },
  },
  noSuchTagSetOfObjects: {
    name: 'noSuchTagSetOfObjects',
    positions: [false, true],
    async observe({ plain }) {
      await plain.put('untagged', 'x');
      return yes((await plain.call('GET', 'untagged', { query: { tagging: '' } })).status === 404);
    },
  },
  ownBucketAlreadyExists: {
    name: 'ownBucketAlreadyExists',
    positions: [false, true],
    observe: async ({ plain }) => yes(outcomeOf(await plain.call('PUT')).endsWith('BucketAlreadyExists')),
  },
  refuseLongDomains: {
    name: 'refuseLongDomains',
    positions: [false, true],
    async observe(probe) {
      try {
        // One character more than the console allows.
        await probe.bucket({ nameLength: 61 - `.cos.${probe.driver.region}.myqcloud.com`.length });
        return 'false';
      } catch {
        return 'true';
      }
    },
  },
  refuseLeadingSlash: {
    name: 'refuseLeadingSlash',
    positions: [false, true],
    observe: async ({ plain }) => yes((await plain.call('PUT', '/slash', { body: 'x' })).status >= 400),
  },
  ignoreUnknownSubresources: {
    name: 'ignoreUnknownSubresources',
    positions: [false, true],
    async observe({ plain }) {
      await plain.put('unknown', 'x');
      return yes((await plain.call('GET', 'unknown', { query: { 'no-such-thing': '' } })).status === 200);
    },
  },
};
