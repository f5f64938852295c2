import { beforeEach, describe, expect, it } from 'vitest';
import { canaryOf, keepCanary, readCanary, type SeenCanary } from '../../../shared/canary/index.ts';
import type { Cos } from '../../../shared/cos/index.ts';
import type { CoreEvent } from '../../cloud/cos/index.ts';
import { BACKUP, OTHER, refusal, RULE, scanDeployment, SOURCE, STATE } from '../../deployment/index.ts';
import { rule } from '../rules/sample.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const PREFIX = '.replication-canary/';

let world: Awaited<ReturnType<typeof scanDeployment>>;
/** Events of the source that were not delivered yet. */
let mail: CoreEvent[];
/** Whether events arrive while a run waits. */
let delivers: boolean;
beforeEach(async () => begin());

async function begin(rules = [RULE]): Promise<void> {
  world = await scanDeployment(rules);
  mail = [];
  delivers = true;
  world.core.onEvent((event) => {
    if (event.bucket === SOURCE.bucket && event.name.includes('Created')) mail.push(event);
  });
}

async function deliver(): Promise<void> {
  for (const { key } of mail.splice(0)) await world.replicate({ key });
}

const deps = (cos: Cos = world.engine.deps.cos) => ({
  ...world.engine.deps,
  cos,
  there: cos,
  rules: world.engine.rules,
  now: () => world.clock.ms,
  sleep: async (ms: number) => {
    world.clock.ms += ms;
    if (delivers) await deliver();
  },
  everyMs: 5 * MINUTE,
});
/** A minute of `schedule`. */
async function minute(cos?: Cos): Promise<void> {
  const begun = world.clock.ms;
  await keepCanary(deps(cos), SOURCE, begun + 45 * SECOND);
  world.clock.ms = Math.max(world.clock.ms, begun + MINUTE);
}
async function minutes(n: number): Promise<void> {
  for (let i = 0; i < n; i += 1) await minute();
}
const seen = async (destination = BACKUP): Promise<SeenCanary | 'off' | 'outdated'> =>
  canaryOf(await readCanary(world.engine.deps, SOURCE), destination, world.clock.ms);
const left = (): readonly string[] =>
  [SOURCE, BACKUP, OTHER].flatMap(({ bucket, region }) =>
    world.core.listVersions(bucket, region, { prefix: PREFIX }).entries.map(({ key }) => `${bucket} ${key}`),
  );
/** The bytes of a canary at the source. */
async function contentOf(key: string): Promise<string> {
  const stored = await world.engine.deps.cos.getObject(SOURCE, key);
  return Buffer.from(stored?.body ?? []).toString();
}
const records = (): number => world.state('status/canary/').length;

describe('a canary', () => {
  it('shows the lag from one side to the other, and leaves nothing on either', async () => {
    await minute();
    expect(await seen()).toMatchObject({ waitingSince: null, lost: 0, lagMs: expect.any(Number) });
    const { lagMs } = (await seen()) as SeenCanary;
    expect(lagMs).toBeGreaterThanOrEqual(SECOND);
    expect(lagMs).toBeLessThan(3 * SECOND);
    expect(left()).toEqual([]);
  });

  it('is sent again after the configured time, and not before', async () => {
    const sent: string[] = [];
    world.core.onEvent(({ bucket, key, name }) => {
      if (bucket === SOURCE.bucket && name.includes('Created')) sent.push(key);
    });
    await minutes(5);
    expect(sent).toHaveLength(1);
    await minutes(6);
    expect(new Set(sent).size).toBe(3);
    await minutes(60);
    expect(left()).toEqual([]);
    // Those of the last hour are looked for once more, because a copy may take effect late.
    expect(records()).toBeLessThan(13);
  });

  it('is sent to each destination of an enabled rule, whatever its prefix and tags, and to no other', async () => {
    const tagged = rule({ id: 'b', destination: OTHER, prefix: 'only/', tags: [['a', 'b']], enabled: false });
    await begin([rule({ destination: BACKUP, prefix: 'photos/' }), tagged]);
    const reached = new Set<string>();
    world.core.onEvent(({ bucket, key }) => {
      if (key.startsWith(PREFIX)) reached.add(bucket);
    });
    await minute();
    expect(reached).toEqual(new Set([SOURCE.bucket, BACKUP.bucket]));
    expect(await seen(OTHER)).toBe('off');
    await world.setRules([rule({ destination: BACKUP, prefix: 'photos/' }), { ...tagged, enabled: true }]);
    world.clock.ms += 5 * MINUTE;
    await minute();
    expect(await seen(OTHER)).toMatchObject({ waitingSince: null, lagMs: expect.any(Number) });
    expect(left()).toEqual([]);
  });

  it('is not sent where there is no rule', async () => {
    await world.setRules([{ ...RULE, enabled: false }]);
    await minutes(10);
    expect([await seen(), records(), mail.length]).toEqual(['off', 0, 0]);
  });

  it('that does not arrive is awaited, then given up and counted, and removed', async () => {
    delivers = false;
    const since = world.clock.ms;
    await minute();
    expect(await seen()).toMatchObject({ lagMs: null, waitingSince: since, lost: 0 });
    await minutes(29);
    expect(await seen()).toMatchObject({ waitingSince: since });
    expect(left()).toHaveLength(1);
    await minutes(2);
    expect(await seen()).toMatchObject({ lost: 1, waitingSince: since });
    await minutes(60);
    expect(await seen()).toMatchObject({ lost: 2, waitingSince: since });
    delivers = true;
    await minutes(2);
    expect(await seen()).toMatchObject({ waitingSince: null, lagMs: expect.any(Number) });
    expect(left()).toEqual([]);
  });

  it('shows its whole lag when it arrives late', async () => {
    delivers = false;
    await minutes(7);
    delivers = true;
    await minute();
    const { lagMs } = (await seen()) as SeenCanary;
    expect(lagMs).toBeGreaterThan(7 * MINUTE);
    expect(left()).toEqual([]);
  });

  it('whose replica arrives after it was given up is removed all the same', async () => {
    delivers = false;
    await minutes(1);
    const [event] = mail;
    const content = await contentOf(event?.key ?? '');
    // The run has read the versions before; its copy takes effect after all were removed.
    world.onRequest(async (call, key) => {
      if (call !== 'copyObject backup' || !key.startsWith(PREFIX)) return;
      world.onRequest(() => undefined);
      await minutes(32);
      world.put(content, {}, BACKUP, key);
      throw refusal('none', 'AccessDenied');
    });
    await world.replicate({ key: event?.key ?? '' });
    expect(left().length).toBeGreaterThan(0);
    mail = [];
    delivers = true;
    await minutes(30);
    expect(left().filter((name) => name.endsWith(event?.key ?? ''))).toEqual([]);
  });

  it('leaves nothing behind, wherever a run is killed', async () => {
    for (let dieAt = 1; dieAt < 60; dieAt += 1) {
      await begin();
      let requests = 0;
      const dying = new Proxy(world.engine.deps.cos, {
        get:
          (target, name: keyof Cos) =>
          async (...args: readonly unknown[]): Promise<unknown> => {
            requests += 1;
            // Before the request takes effect, or before its answer arrives.
            if (requests >= Math.ceil(dieAt / 2) && dieAt % 2 === 1) throw new Error('killed');
            const answer = await (target[name] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
            if (requests >= Math.ceil(dieAt / 2)) throw new Error('killed');
            return answer;
          },
      });
      const survived = await minute(dying).then(
        () => true,
        () => false,
      );
      await deliver();
      // Until the last one is forgotten, with no other on its way.
      await world.setRules([{ ...RULE, enabled: false }]);
      await minutes(55);
      expect([dieAt, left(), records()]).toEqual([dieAt, [], 0]);
      if (survived) return;
    }
    throw new Error('no run came to its end');
  });

  it('that was written while versioning was suspended is removed like any other', async () => {
    world.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Suspended');
    await minute();
    world.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Enabled');
    await minutes(40);
    expect(left().filter((name) => name.startsWith(SOURCE.bucket))).toEqual([]);
  });

  it('removes no other version under its key', async () => {
    delivers = false;
    await minute();
    const key = mail[0]?.key ?? '';
    const theirs = world.put('theirs', {}, SOURCE, key);
    const atBackup = world.put('theirs as well', {}, BACKUP, key);
    mail = [];
    delivers = true;
    await minutes(60);
    const versions = [SOURCE, BACKUP].flatMap(({ bucket, region }) =>
      world.core.listVersions(bucket, region, { prefix: key }).entries.map(({ versionId }) => versionId),
    );
    expect(versions).toEqual([theirs.versionId, atBackup.versionId]);
  });

  it('removes no version that only resembles it by length and key', async () => {
    delivers = false;
    await minute();
    const key = mail[0]?.key ?? '';
    const content = await contentOf(key);
    const theirs = [SOURCE, BACKUP].map((place) => world.put('x'.repeat(content.length), {}, place, key).versionId);
    mail = [];
    delivers = true;
    await minutes(60);
    const versions = [SOURCE, BACKUP].flatMap(({ bucket, region }) =>
      world.core.listVersions(bucket, region, { prefix: key }).entries.map(({ versionId }) => versionId),
    );
    expect(versions).toEqual(theirs);
  });

  it('does not count as arrived because somebody who may only write at the destination says so', async () => {
    delivers = false;
    const since = world.clock.ms;
    await minute();
    const key = mail[0]?.key ?? '';
    const id = key.slice(PREFIX.length);
    // Everything that the key and the code reveal.
    world.put(`COS Replication canary ${id}`, {}, BACKUP, key);
    await minutes(3);
    expect(await seen()).toMatchObject({ lagMs: null, waitingSince: since });
    world.put(`COS Replication canary ${id} ${'0'.repeat(id.length)}`, {}, BACKUP, key);
    await minutes(3);
    expect(await seen()).toMatchObject({ lagMs: null, waitingSince: since });
  });
});

describe('a key below the prefix of canaries', () => {
  // P50
  it.each(['abc', 'u1/x', '../rules', ''])('that is no awaited canary is not replicated: %j', async (id) => {
    const key = `${PREFIX}${id}`;
    const version = world.put('a user wrote it', {}, SOURCE, key);
    await world.replicate({ version, key });
    expect(world.stack(BACKUP, key)).toEqual([]);
  });

  it('is in no figure of scans, and no scan copies or removes it', async () => {
    delivers = false;
    world.put('1');
    await minute();
    world.clock.ms += 2 * MINUTE;
    await world.scanned();
    const result = await world.store.result();
    expect(result?.counts.source.current[0]).toBe(1);
    expect(Object.keys(result?.counts.rules ?? {})).toEqual([RULE.id]);
    expect(left()).toHaveLength(1);
  });
});

describe('the results of canaries', () => {
  it('are outdated when none is sent any more, and off where none ever was', async () => {
    expect(await seen()).toBe('off');
    await minute();
    world.clock.ms += 14 * MINUTE;
    expect(await seen()).toMatchObject({ lost: 0 });
    world.clock.ms += 2 * MINUTE;
    expect(await seen()).toBe('outdated');
  });

  it('are written again where somebody damaged them', async () => {
    world.put('{', {}, STATE, `status/live/canary/${SOURCE.bucket}`);
    world.put('{', {}, STATE, `status/canary/${SOURCE.bucket}/xyz`);
    await minute();
    expect(await seen()).toMatchObject({ lagMs: expect.any(Number) });
  });
});
