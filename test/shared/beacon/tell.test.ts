import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { beaconKey, Beacons, ensureStatusKey, readBeacon, type Beacon } from '../../../shared/beacon/index.ts';
import { seal } from '../../../shared/beacon/seal.ts';
import { CosError } from '../../../shared/cos/index.ts';
import { showAtDestination } from '../../../shared/deploy/commands/at-destination.ts';
import { DeployError } from '../../../shared/deploy/error.ts';
import { candidatesFor } from '../../../shared/rules/index.ts';
import { BACKUP, RULE, scanDeployment, SOURCE } from '../../deployment/index.ts';

const MINUTE = 60_000;
const KEY = beaconKey(SOURCE);

async function world() {
  const scan = await scanDeployment();
  const { core, clock, engine } = scan;
  const { cos } = engine.deps;
  const depsOf = () => ({ ...engine.deps, now: () => clock.ms, rules: engine.rules, there: cos });
  let beacons = new Beacons(depsOf());
  const problems: unknown[] = [];
  return {
    ...scan,
    problems,
    tell: async () => {
      clock.ms += MINUTE;
      return beacons.tell([SOURCE], (error) => void problems.push(error));
    },
    /** The instance has ended, and another one takes over. */
    renew: () => {
      beacons = new Beacons(depsOf());
    },
    versions: () => core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY }).entries,
    told: async (): Promise<Beacon> => {
      const object = await cos.getObject(BACKUP, KEY);
      const beacon = object && readBeacon(object.body, SOURCE, BACKUP);
      if (beacon === undefined) throw new Error('the destination holds none');
      return beacon;
    },
  };
}

const refusal = (code: string, status: number) =>
  new CosError({ method: 'DELETE', place: BACKUP, key: KEY }, 'refused', { code, status });

describe('the status that a destination holds of a source', () => {
  it('says nothing before the first look, and after a scan up to when everything is replicated', async () => {
    const { tell, told, put, clock, ...scan } = await world();
    put('a');
    await tell();
    expect(await told()).toMatchObject({
      completeUpTo: null,
      scannedAt: null,
      measuredAt: new Date(clock.ms).toISOString(),
      rules: [{ id: RULE.id, enabled: true, prefix: RULE.prefix }],
    });
    await scan.scanned();
    await tell();
    const { completeUpTo, scannedAt } = await told();
    expect(Date.parse(completeUpTo ?? '')).toBeLessThan(Date.parse(scannedAt ?? ''));
  });

  it('names the waiting work, with its age and cause', async () => {
    const { tell, told, engine, clock } = await world();
    const first = clock.ms;
    const target = { source: SOURCE, destination: BACKUP, floor: 0, since: Number.POSITIVE_INFINITY, hints: [] };
    await engine.tasks.defer({ ...target, key: 'late', cause: 'SlowDown', attempts: 1, first }, first + 2 * MINUTE);
    await tell();
    expect((await told()).pending).toEqual({
      keys: 1,
      failed: 1,
      atLeast: false,
      oldest: new Date(first).toISOString(),
      list: [{ key: 'late', since: new Date(first).toISOString(), cause: 'SlowDown', failed: true }],
    });
  });

  it('is one version, however many minutes pass and whichever instance writes it', async () => {
    const { tell, renew, versions } = await world();
    for (let i = 0; i < 5; i += 1) await tell();
    renew();
    for (let i = 0; i < 3; i += 1) await tell();
    expect(versions()).toHaveLength(1);
    expect(versions()[0]?.deleteMarker).toBe(false);
  });

  it('is one version again after a run was killed between its two requests', async () => {
    const { tell, renew, versions, onRequest } = await world();
    await tell();
    onRequest((call) => {
      if (call === 'deleteObject backup') throw refusal('ConnectionReset', 0);
    });
    await tell();
    expect(versions()).toHaveLength(2);
    renew();
    onRequest(() => undefined);
    await tell();
    expect(versions()).toHaveLength(1);
  });

  it('is written once an hour where nothing can be removed', async () => {
    const { tell, versions, onRequest, problems } = await world();
    onRequest((call) => {
      if (call === 'deleteObject backup') throw refusal('ObjectLocked', 403);
    });
    for (let i = 0; i < 125; i += 1) await tell();
    expect(versions().length).toBeLessThanOrEqual(4);
    expect(problems.length).toBeGreaterThan(0);
  });

  it('costs one request a minute while the destination refuses, and is written as soon as it accepts', async () => {
    const { tell, told, onRequest, requests, problems } = await world();
    await tell();
    onRequest((call) => {
      if (call.endsWith(' backup')) throw refusal('ServiceUnavailable', 503);
    });
    await tell();
    requests.length = 0;
    for (let i = 0; i < 3; i += 1) await tell();
    expect(requests).toEqual(['headObject backup', 'headObject backup', 'headObject backup']);
    expect(problems).toHaveLength(4);
    onRequest(() => undefined);
    const before = (await told()).measuredAt;
    await tell();
    expect((await told()).measuredAt > before).toBe(true);
  });

  it.each([
    ['an archived object', 'getObject backup', refusal('InvalidObjectState', 403)],
    ['an object that needs a key', 'headObject backup', refusal('InvalidRequest', 400)],
    [
      'an object without end',
      'getObject backup',
      new CosError({ method: 'GET', place: BACKUP, key: KEY }, 'too long', {
        code: 'AnswerTooLarge',
        retryable: false,
      }),
    ],
  ])('replaces %s that somebody has put there', async (_, request, error) => {
    const { tell, told, renew, onRequest, engine } = await world();
    await engine.deps.cos.putObject(BACKUP, KEY, Buffer.from('x'));
    renew();
    onRequest((call) => {
      if (call === request) throw error;
    });
    expect(await tell()).toBe(1);
    onRequest(() => undefined);
    expect((await told()).source).toBe(`${SOURCE.bucket}@${SOURCE.region}`);
  });

  it('removes no version that somebody else has put there, whatever it says', async () => {
    const { tell, renew, versions, told, engine } = await world();
    await ensureStatusKey(engine.deps);
    await tell();
    const genuine = Buffer.from((await engine.deps.cos.getObject(BACKUP, KEY))?.body ?? []).toString();
    const theirs = await engine.deps.cos.putObject(BACKUP, KEY, Buffer.from('mine'));
    const unsigned = genuine.replace(/,"seal".*$/, '}');
    const forged = unsigned.replace(/"replaces":[^}]*/, `"replaces":"${theirs.versionId}"`);
    expect(forged).toContain(theirs.versionId);
    const { privateKey } = generateKeyPairSync('ed25519');
    for (const text of [forged, seal(forged, privateKey)]) {
      const { versionId } = await engine.deps.cos.putObject(BACKUP, KEY, Buffer.from(text));
      renew();
      expect(await tell()).toBe(1);
      expect(await tell()).toBe(1);
      const there = versions().map((version) => version.versionId);
      expect(there).toEqual(expect.arrayContaining([theirs.versionId, versionId]));
      expect((await told()).signedBy).toBeDefined();
    }
  });

  it('is covered by no rule, so that it is never replicated', async () => {
    const { engine } = await world();
    const ruleSet = await engine.rules.getFresh(SOURCE);
    if (ruleSet === undefined) throw new Error('no rules are stored');
    expect(candidatesFor(ruleSet, 'a')).toHaveLength(1);
    expect(candidatesFor(ruleSet, KEY)).toEqual([]);
  });

  it('is left out of the counts of scans', async () => {
    const { tell, store, ...scan } = await world();
    await tell();
    await scan.scanned();
    const result = await store.result();
    expect(result?.counts.destination.current).toEqual([0, 0]);
    expect(result?.counts.orphans).toBe(0);
  });
});

describe('the command that reads it', () => {
  const settings = { sources: [SOURCE], destinations: [BACKUP] };
  const none = { bucket: undefined, destination: undefined, json: false };

  it('asks the destination only', async () => {
    const { tell, engine, onRequest, clock } = await world();
    await tell();
    onRequest((call) => {
      if (call !== 'getObject backup') throw refusal('ConnectionFailed', 0);
    });
    const lines: string[] = [];
    const deps = {
      settings,
      cos: engine.deps.cos,
      now: () => clock.ms + 30_000,
      print: (text: string) => lines.push(text),
    };
    await showAtDestination(deps, none);
    expect(lines.join('\n')).toContain('as the destination holds it, 30 s old');
    expect(lines.join('\n')).toContain('complete up to  unknown');
    lines.length = 0;
    await showAtDestination(deps, { ...none, json: true });
    const [answer] = (JSON.parse(lines[0] ?? '') as { destinations: Record<string, unknown>[] }).destinations;
    expect(answer).toMatchObject({ destination: `${BACKUP.bucket}@${BACKUP.region}`, completeUpTo: null });
    expect(answer).not.toHaveProperty('replaces');
  });

  it('sends nothing to the terminal that controls it, whoever wrote the status', async () => {
    const { tell, told, engine, clock } = await world();
    await tell();
    const evil = '\u001B]0;x\u0007\n\u009B2J\u007F\u202Etxt\u2028';
    const one = { key: evil, since: new Date(0).toISOString(), cause: evil, failed: true };
    const beacon = await told();
    const rules = beacon.rules.map((rule) => ({ ...rule, id: evil, prefix: evil }));
    const forged = { ...beacon, rules, pending: { ...beacon.pending, list: [one, { ...one, cause: 'SlowDown' }] } };
    await engine.deps.cos.putObject(BACKUP, KEY, Buffer.from(JSON.stringify(forged)));
    const lines: string[] = [];
    const deps = { settings, cos: engine.deps.cos, now: () => clock.ms, print: (text: string) => lines.push(text) };
    await showAtDestination(deps, none);
    const text = lines.join('\n');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text.split('\n')).toHaveLength(7 + rules.length);
    expect(text).toMatch(/: SlowDown$/m);
  });

  const signedWorld = async () => {
    const all = await world();
    const { cos, state } = all.engine.deps;
    const { publicKey } = await ensureStatusKey({ cos, state });
    await all.tell();
    const show = async (statusKey?: string, later = 0) => {
      const lines: string[] = [];
      const deps = { settings, cos, now: () => all.clock.ms + later, print: (text: string) => lines.push(text) };
      const failure = await showAtDestination(deps, { ...none, statusKey }).catch((error: unknown) => error);
      const code = failure instanceof DeployError ? failure.code : undefined;
      return { text: lines.join('\n'), code };
    };
    const write = (text: string) => cos.putObject(BACKUP, KEY, Buffer.from(text));
    const text = Buffer.from((await cos.getObject(BACKUP, KEY))?.body ?? []).toString();
    return { publicKey, show, write, text };
  };

  it('says whether the status key that the user names has signed it', async () => {
    const { publicKey, show } = await signedWorld();
    expect(await show(publicKey)).toMatchObject({ code: undefined });
    expect((await show(`${'A'.repeat(43)}, ${publicKey}`)).text).toContain('signed          by the status key that');
    expect((await show()).text).toMatch(/signed {10}not checked: .*\n {2}status key {6}[\w-]{43}/);
    expect(await show('A'.repeat(43))).toMatchObject({ code: 'STATUS_NOT_SIGNED' });
    expect(await show('short')).toMatchObject({ code: 'NO_STATUS_KEY' });
  });

  it('believes no status in which somebody has changed a character', async () => {
    const { publicKey, show, write, text } = await signedWorld();
    const changed = [
      text.replace('"keys":0', '"keys":9'),
      text.replace(/,"seal".*$/, '}'),
      text.replace(/"signature":"..../, '"signature":"AAAA'),
      text.replace(',"seal"', ',"keys":9,"seal"'),
    ];
    for (const forged of changed) {
      expect(forged).not.toBe(text);
      await write(forged);
      expect(await show(publicKey)).toMatchObject({ code: 'STATUS_NOT_SIGNED' });
    }
    await write(text.replace('"keys":0', '"keys":9'));
    expect((await show()).text).toContain('signed          none: anybody');
  });

  it('is not deceived by a key of the forger', async () => {
    const { publicKey, show, write, text } = await signedWorld();
    const { privateKey } = generateKeyPairSync('ed25519');
    await write(seal(text.replace(/,"seal".*$/, '}'), privateKey));
    expect(await show(publicKey)).toMatchObject({ code: 'STATUS_NOT_SIGNED' });
    expect((await show()).text).toContain('not checked');
  });

  it('warns of a status from the future', async () => {
    const { show } = await signedWorld();
    expect((await show()).text).not.toContain('future');
    expect((await show(undefined, -6 * MINUTE)).text).toContain('(WRONG: this is in the future)');
  });

  it('creates the status key once, and shows its secret half to nobody', async () => {
    const { engine } = await world();
    const { cos, state } = engine.deps;
    const first = await ensureStatusKey({ cos, state });
    expect(first).toEqual({ isNew: true, publicKey: expect.stringMatching(/^[\w-]{43}$/) });
    expect(await ensureStatusKey({ cos, state })).toEqual({ ...first, isNew: false });
  });

  it.each([
    ['what is no status', 'hello'],
    ['the status of another pair', JSON.stringify({ source: 'other-1250000000@ap-guangzhou' })],
  ])('ignores %s', async (_, text) => {
    const { engine } = await world();
    await engine.deps.cos.putObject(BACKUP, KEY, Buffer.from(text));
    const deps = { settings, cos: engine.deps.cos, now: () => 0, print: () => undefined };
    await expect(showAtDestination(deps, none)).rejects.toMatchObject({ code: 'NO_STATUS' });
  });
});
