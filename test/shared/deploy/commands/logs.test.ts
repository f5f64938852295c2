import { describe, expect, it } from 'vitest';
import { readInterval, tailLogs } from '../../../../shared/deploy/commands/logs.ts';
import { formatFigures, readFigures } from '../../../../shared/deploy/commands/metrics.ts';
import { createScf } from '../../../../shared/deploy/cloud/scf.ts';

const START = Date.UTC(2026, 0, 31, 12);

/** As the platform writes it: a time of UTC+8 without the offset. */
const timeOf = (second: number) =>
  new Date(START + second * 1000 + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

interface Logged {
  RequestId: string;
  StartTime: string;
  Log: string;
  RetCode?: number;
  Duration?: number;
  MemUsage?: number;
}

const run = (second: number, fields: Partial<Logged> = {}): Logged => ({
  RequestId: `r${second}`,
  StartTime: timeOf(second),
  Log: `log ${second}`,
  ...fields,
});

/** `logged` in the order of the runs. */
function scfWith(logged: readonly Logged[]) {
  const call = async <T>(_: string, __: string, parameters: object): Promise<T> => {
    const { Offset, Limit } = parameters as { Offset: number; Limit: number };
    return { Data: logged.toReversed().slice(Offset, Offset + Limit) } as T;
  };
  return createScf({ call }, async () => undefined);
}

describe('tailLogs', () => {
  /** The output of each look; `arrive` returns the lines that are logged before the next one. */
  async function tail(logged: Logged[], arrive: readonly (readonly Logged[])[], query = {}): Promise<string[][]> {
    const shown: string[][] = [[]];
    let looks = 0;
    await tailLogs(scfWith(logged), 'f', query, {
      print: (text) => void shown.at(-1)?.push(text.split('\n')[1] ?? ''),
      pause: async () => {
        logged.push(...(arrive[looks] ?? []));
        logged.sort((a, b) => (a.StartTime < b.StartTime ? -1 : 1));
        looks += 1;
        if (looks <= arrive.length) shown.push([]);
      },
      isOver: () => looks > arrive.length,
    });
    return shown;
  }

  it('shows a few of the last runs, then each new one once, even a late one', async () => {
    const before = Array.from({ length: 30 }, (_, n) => run(n));
    const shown = await tail(before, [[run(30)], [], [run(40), run(29, { RequestId: 'late', Log: 'late' })]]);
    expect(shown[0]).toEqual(Array.from({ length: 10 }, (_, n) => `log ${20 + n}`));
    expect(shown.slice(1)).toEqual([['log 30'], [], ['late', 'log 40']]);
  });

  it('shows matching lines only', async () => {
    const shown = await tail([run(1), run(2, { Log: 'a.jpg' })], [[run(3), run(4, { Log: 'a.jpg again' })]], {
      text: 'a.jpg',
    });
    expect(shown).toEqual([['a.jpg'], ['a.jpg again']]);
  });

  it('begins at the given time', async () => {
    expect(await tail([run(1), run(100), run(200)], [], { since: START + 50_000 })).toEqual([['log 100', 'log 200']]);
  });

  it.each(['10', 'soon', '-5'])('refuses to look every %s ms', (text) => {
    expect(() => readInterval(text)).toThrow(/--interval takes milliseconds from 500/);
  });
});

describe('readFigures', () => {
  it('counts runs, failures and lines of errors, and gives times and memory', async () => {
    const logged = Array.from({ length: 100 }, (_, n) =>
      run(n, {
        Duration: n + 1,
        MemUsage: 50_000_000 + n,
        RetCode: n === 7 ? 1 : 0,
        Log: n < 3 ? '{"level":"error","key":"k"}' : '{}',
      }),
    );
    const window = { since: START, until: START + 1_000_000 };
    const [figures] = await readFigures(scfWith(logged), ['f'], window);
    expect(figures).toEqual({
      name: 'f',
      runs: 100,
      failed: 1,
      withErrors: 3,
      p50Ms: 50,
      p99Ms: 99,
      maxMs: 100,
      maxMemory: 50_000_099,
      truncated: false,
    });
    const [half] = await readFigures(scfWith(logged), ['f'], { since: START + 50_000, until: START + 60_000 });
    expect(half).toMatchObject({ runs: 10, maxMs: 60 });
  });

  it('says where there are more runs than the platform shows', async () => {
    const logged = Array.from({ length: 2100 }, (_, n) => run(n));
    const figures = await readFigures(scfWith(logged), ['f', 'g'], { since: START, until: START + 1e9 });
    expect(figures[0]).toMatchObject({ runs: 2000, truncated: true, p50Ms: null, maxMemory: null });
    expect(formatFigures(figures).split('\n')).toEqual([
      'FUNCTION    RUNS  FAILED  WITH ERRORS  P50  P99  MAX  MEMORY',
      'f         2,000+       0            0    -    -    -       -',
      'g         2,000+       0            0    -    -    -       -',
      '+: there are more; these are the last runs.',
    ]);
  });
});
