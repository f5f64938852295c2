import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ensureStatusKey } from '../../../shared/beacon/index.ts';
import { seal } from '../../../shared/beacon/seal.ts';
import { CosError } from '../../../shared/cos/index.ts';
import { candidatesFor } from '../../../shared/rules/index.ts';
import { BACKUP, RULE, SOURCE } from '../../deployment/index.ts';
import { KEY, MINUTE, refusal, world } from './telling.ts';

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
