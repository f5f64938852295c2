import { describe, expect, it } from 'vitest';
import { keep } from '../../../../functions/schedule/scans.ts';
import { verified, type Verified } from '../../../../functions/api/verify-schemas.ts';
import { VerifyStore } from '../../../../shared/verify/index.ts';
import { SOURCE, STATE, type SignOptions } from '../bench.ts';
import { BACKUP, ruleText, THIRD, untilNextSecond } from '../../../deployment/over-http.ts';
import { world, scanning, useWorld, PLACE, scanRuns, verify, look, other, replicated } from './verify-world.ts';

useWorld();

describe.sequential('a verification that takes longer than a call', () => {
  it('continues in the scan function, and is read by its id', async () => {
    await replicated('slow/a');
    world.meanwhile = () => Promise.resolve();
    const begun = await verify({ prefix: 'slow/' });
    expect(begun).toMatchObject({ status: 202, state: 'running', equal: null, safe: null, certainUpTo: null });
    expect(begun.destinations[0]).toMatchObject({
      digests: null,
      progress: { ranges: { total: 1, done: 0 }, keys: 0 },
    });
    await scanRuns();
    expect(await look(begun.id)).toMatchObject({ state: 'ended', equal: true, safe: true });
  });

  it('is started again by the schedule when its start was lost', async () => {
    const begun = await verify({ prefix: 'slow/' });
    const { core } = world.cloud;
    const [note] = core.listObjects(STATE.bucket, STATE.region, { prefix: 'scans/verify/' }).entries;
    await world.user.deleteObject(STATE, note?.key ?? '');
    await keep(scanning.deps, [], scanning.run(55_000));
    await scanRuns();
    expect(await look(begun.id)).toMatchObject({ state: 'ended', equal: true });
    expect(core.listObjects(STATE.bucket, STATE.region, { prefix: 'verifies/running/' }).entries).toEqual([]);
  });

  it('stops when other rules are stored', async () => {
    const begun = await verify({ prefix: 'slow/' });
    await world.rules(ruleText('other', BACKUP));
    await scanRuns();
    expect(await look(begun.id)).toMatchObject({ state: 'stopped', cause: 'rules-changed', equal: null, safe: null });
  });

  it('is refused while four of the same API key run, and not for other keys', async () => {
    const begun: Verified[] = [];
    for (let i = 0; i < 4; i += 1) begun.push(await verify({ prefix: 'slow/' }));
    const post = { method: 'POST', query: [['replicationVerify', '']] } as const;
    const answer = await world.call(post);
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('4 verifications')]);
    expect((await world.call(post, await other())).statusCode).toBe(202);
    for (const { id } of begun) expect((await look(id)).state).toBe('running');
    await scanRuns();
    world.meanwhile = scanRuns;
    expect((await verify({ prefix: 'slow/' })).state).toBe('ended');
  });
});

describe.sequential('stored verifications', () => {
  const ask = async (pair: SignOptions, method: 'GET' | 'POST', body?: string) => {
    const query: [string, string][] = [['replicationVerify', '']];
    const answer = await world.call({ method, query, ...(body === undefined ? {} : { body }) }, pair);
    return answer.statusCode === 404 ? undefined : verified.parse(JSON.parse(answer.body));
  };

  it("are removed by later ones of the same API key, and by nobody else's", async () => {
    const mine = await verify({ prefix: 'slow/' });
    const theirs = await other();
    const first = await ask(theirs, 'POST', '{}');
    // IDs are in order by the second.
    await untilNextSecond(Date.now() * 1000);
    for (let i = 0; i < 9; i += 1) await ask(theirs, 'POST', '{"prefix":"none/"}');
    expect((await look(mine.id)).state).toBe('ended');
    const lost = await world.call({
      method: 'GET',
      query: [
        ['replicationVerify', ''],
        ['id', first?.id ?? ''],
      ],
    });
    expect(lost.statusCode).toBe(404);
  });

  it('are listed as far as the API key may see them', async () => {
    await world.rules(ruleText('all', BACKUP), ruleText('third', THIRD));
    await untilNextSecond(Date.now() * 1000);
    const seen = await verify({ destination: PLACE });
    await untilNextSecond(Date.now() * 1000);
    const hidden = await verify({ destination: `${THIRD.bucket}@${THIRD.region}` });
    expect(hidden.id > seen.id).toBe(true);
    expect((await ask(await other([BACKUP.bucket]), 'GET'))?.id).toBe(seen.id);
    expect(await ask(await other(['else-1250000000']), 'GET')).toBeUndefined();
    await world.rules(ruleText('other', BACKUP));
  });

  it('are removed however many objects they consist of', async () => {
    const { id } = await verify({ prefix: 'slow/' });
    const store = new VerifyStore({ cos: world.straight, state: STATE }, { bucket: SOURCE.bucket, id });
    // More than one page of a listing.
    await Promise.all(Array.from({ length: 1100 }, (_, part) => store.putPart(0, part, [])));
    await untilNextSecond(Date.now() * 1000);
    const prefix = `verifies/${SOURCE.bucket}/${id}/`;
    const left = (): number => world.cloud.core.listObjects(STATE.bucket, STATE.region, { prefix }).entries.length;
    for (let i = 0; i < 8; i += 1) await verify({ prefix: 'slow/' });
    // A call removes for some seconds only, but never nothing.
    let before = Number.POSITIVE_INFINITY;
    for (let now = left(); now > 0; now = left()) {
      expect(now).toBeLessThan(before);
      before = now;
      await verify({ prefix: 'slow/' });
    }
  });
});

describe('an impossible verification', () => {
  it.each([
    [{ upTo: '2999-01-01T00:00:00.000Z' }, 'InvalidArgument', 'in the future'],
    [{ upTo: 'yesterday' }, 'InvalidArgument', 'upTo'],
    [{ prefix: 'x'.repeat(851) }, 'InvalidArgument', 'longer than 850 bytes'],
    [{ destination: `${THIRD.bucket}@${THIRD.region}` }, 'InvalidArgument', 'use backup-1250000000'],
    [{ shallow: true }, 'InvalidArgument', 'shallow'],
  ])('is refused: %j', async (body, code, why) => {
    const answer = await world.call({ method: 'POST', query: [['replicationVerify', '']], body: JSON.stringify(body) });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
    expect(answer.body).toContain(why);
  });

  it.each([
    [[['id', '../rules']], 400],
    [[['id', '1772352312000-0123456789abcdef01']], 404],
    [[['marker', '0-0']], 400],
  ] as const)('is refused when an answer is asked for: %j', async (query, status) => {
    const answer = await world.call({ method: 'GET', query: [['replicationVerify', ''], ...query] });
    expect(answer.statusCode).toBe(status);
  });
});
