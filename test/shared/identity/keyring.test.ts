import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeHash, type Cos, type Place } from '../../../shared/cos/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import { createKeyring, ensureMarkerKey, MARKER_KEYS, rotateMarkerKey } from '../../../shared/identity/keyring.ts';
import {
  createStorage,
  keyIn,
  placeIn,
  START,
  STATE,
  watched,
  type Storage,
  type Watch,
} from '../../deployment/index.ts';

/** The state bucket of a deployment that begins later. */
const PEER: Place = { bucket: 'crr-dev-sh-1250000000', region: 'ap-shanghai' };
const MINUTE = 60_000;

let now: number;
let storage: Storage;
let cos: Cos;
let reads: string[];
let dice: number;
/** Called before each read, and after each that found its bucket. */
let onRead: () => void;
let onAnswer: (place: Place) => void | Promise<void>;

const watch: Watch = {
  before: (name, args) => {
    if (name === 'putObject') expect(args[3]).toMatchObject({ forbidOverwrite: true, encrypted: true });
    if (name !== 'getObject') return;
    reads.push(`${placeIn(args).bucket}/${keyIn(args)}`);
    onRead();
  },
  after: (name, args) => (name === 'getObject' ? onAnswer(placeIn(args)) : undefined),
};
const createPeer = () => storage.core.createBucket(PEER.bucket, PEER.region);
const random = (bytes: number): Uint8Array => new Uint8Array(bytes).fill((dice += 1));
const keyring = () => createKeyring({ cos, state: STATE, others: [PEER], hash: nodeHash, now: () => now });
const ensure = (state: Place) => ensureMarkerKey({ cos, state, random });
const rotate = (state: Place) => rotateMarkerKey({ cos, state, random });

beforeEach(() => {
  now = START;
  storage = createStorage({ now: () => now, plain: [STATE] });
  cos = watched(storage.cos, watch);
  reads = [];
  dice = 0;
  onRead = () => undefined;
  onAnswer = () => undefined;
});
afterEach(() => storage.close());

describe('the marker key of a deployment', () => {
  it('is made once, of 256 random bits, and kept by the next deployment', async () => {
    expect([await ensure(STATE), await ensure(STATE)]).toEqual([true, false]);
    const { secret } = await keyring().newest();
    expect(Buffer.from(secret, 'base64url')).toEqual(Buffer.alloc(32, 1));
  });

  it('is the same for two deployments at once', async () => {
    await Promise.all([ensure(STATE), ensure(STATE)]);
    expect(storage.keys(STATE)).toEqual([`${MARKER_KEYS}1`]);
  });

  it('is missing, with the next step, where nobody has deployed', async () => {
    await expect(keyring().newest()).rejects.toMatchObject({
      code: 'MarkerKeyMissing',
      retryable: true,
      message: expect.stringContaining('Deploy again'),
    });
  });

  it('is read once, and again after five minutes', async () => {
    await ensure(STATE);
    const keys = keyring();
    reads = [];
    for (let i = 0; i < 5; i += 1) await keys.newest();
    expect(reads.filter((name) => name.startsWith(STATE.bucket))).toHaveLength(2);
    now += 5 * MINUTE;
    await keys.newest();
    expect(reads.filter((name) => name.startsWith(STATE.bucket))).toHaveLength(3);
  });

  it('is replaced by a newer one, which knows since when', async () => {
    await ensure(STATE);
    const keys = keyring();
    const first = await keys.newest();
    now += MINUTE;
    expect(await rotate(STATE)).toBe(2);
    expect((await keys.newest()).id).toBe(first.id);
    now += 5 * MINUTE;
    const second = await keys.newest();
    expect(second.id).not.toBe(first.id);
    expect(await keys.find(first.id, now)).toEqual([{ ...first, retired: START + MINUTE }]);
    expect(second.retired).toBeUndefined();
  });

  it('has a name that reveals nothing of the secret and is the same wherever it is read', async () => {
    await ensure(STATE);
    const [one, other] = [await keyring().newest(), await keyring().newest()];
    expect(one).toEqual(other);
    expect(one.secret).not.toContain(one.id);
  });

  it('is never overwritten when two people rotate it at once', async () => {
    await ensure(STATE);
    const made = await Promise.all([rotate(STATE), rotate(STATE)]);
    expect(made.toSorted()).toEqual([2, 3]);
    expect(storage.keys(STATE)).toEqual([1, 2, 3].map((n) => `${MARKER_KEYS}${n}`));
  });
});

describe('a key that a marker names', () => {
  it('is found even if it belongs to a peer that was deployed after this function began', async () => {
    await ensure(STATE);
    const keys = keyring();
    await keys.newest();
    now += 10 * MINUTE;
    createPeer();
    await ensure(PEER);
    const { id } = await createKeyring({ cos, state: PEER, others: [], hash: nodeHash, now: () => now }).newest();
    expect(await keys.find(id, now)).toMatchObject([{ id }]);
  });

  it('is not looked for again when the version is older than the last look: then it is unknown', async () => {
    await ensure(STATE);
    const keys = keyring();
    await keys.newest();
    reads = [];
    for (let i = 0; i < 100; i += 1) expect(await keys.find('ffffffff', now - 2 * MINUTE)).toEqual([]);
    expect(reads).toEqual([]);
  });

  it('is looked for once when several runs ask at the same time', async () => {
    await ensure(STATE);
    const keys = keyring();
    await Promise.all(Array.from({ length: 50 }, () => keys.find('ffffffff', now)));
    expect(reads.filter((name) => name.startsWith(PEER.bucket)).length).toBeLessThanOrEqual(2);
  });

  it('is looked for by a look that began after the question, because an earlier one may have missed it', async () => {
    await ensure(STATE);
    const keys = keyring();
    createPeer();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    // The first look finds that the peer has no key. The peer is deployed before the look ends.
    const missed = new Promise<void>((resolve) => {
      onAnswer = async ({ bucket }) => {
        if (bucket !== PEER.bucket) return;
        onAnswer = () => undefined;
        resolve();
        await answered;
      };
    });
    const early = keys.find('ffffffff', now);
    await missed;
    await ensure(PEER);
    const { id } = await createKeyring({ cos, state: PEER, others: [], hash: nodeHash, now: () => now }).newest();
    const late = keys.find(id, now);
    answer();
    expect(await late).toMatchObject([{ id }]);
    expect(await early).toEqual([]);
  });

  it('is not unknown when it cannot be read: then nothing is decided', async () => {
    await ensure(STATE);
    const keys = keyring();
    onRead = () => {
      throw new ServiceError('refused', { code: 'AccessDenied', status: 403, side: 'state' });
    };
    await expect(keys.find('ffffffff', now)).rejects.toMatchObject({ code: 'AccessDenied' });
    onRead = () => undefined;
    expect(await keys.find('ffffffff', now)).toEqual([]);
  });
});
