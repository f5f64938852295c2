import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ensureStatusKey } from '../../../shared/beacon/index.ts';
import { seal } from '../../../shared/beacon/seal.ts';
import { adviseDestination, showAtDestination } from '../../../shared/deploy/commands/at-destination.ts';
import { CloudApiError } from '../../../shared/deploy/cloud/cloud-api.ts';
import { DeployError, explain } from '../../../shared/deploy/error.ts';
import { BACKUP, SOURCE } from '../../deployment/index.ts';
import { KEY, MINUTE, refusal, world } from './telling.ts';

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
    ['a text that is no status', 'hello'],
    ['the status of another pair', JSON.stringify({ source: 'other-1250000000@ap-guangzhou' })],
  ])('ignores %s', async (_, text) => {
    const { engine } = await world();
    await engine.deps.cos.putObject(BACKUP, KEY, Buffer.from(text));
    const deps = { settings, cos: engine.deps.cos, now: () => 0, print: () => undefined };
    await expect(showAtDestination(deps, none)).rejects.toMatchObject({ code: 'NO_STATUS' });
  });
});

describe('a status whose region does not answer', () => {
  it.each([
    new CloudApiError('GetFunction', 'HTTP503', 'scf.tencentcloudapi.com answered with status 503'),
    new CloudApiError('GetFunction', 'NetworkError', 'no answer from scf.tencentcloudapi.com: timeout'),
    new DeployError('The API gave no answer.', 'NetworkError', undefined, true),
    new DeployError('The API answered 500 InternalError: unexpected.', 'InternalError', undefined, true),
  ])('names the one that its destinations hold ($message)', (error) => {
    const advised = adviseDestination(error);
    if (!(advised instanceof DeployError)) throw new Error('no DeployError');
    expect(explain(advised)).toMatch(
      /[^.]\. If the region .* down, "npx serverless replication status --at-destination"/,
    );
    expect(explain(advised)).toContain(error.message.replace(/\.$/, ''));
  });

  it.each([
    new CloudApiError('GetFunction', 'AuthFailure.SecretIdNotFound', 'no such key'),
    new DeployError('The API has not been deployed.', 'NO_API'),
    new TypeError('a mistake of ours'),
  ])('leaves an error alone that the region gave itself ($message)', (error) => {
    expect(adviseDestination(error)).toBe(error);
  });
});
