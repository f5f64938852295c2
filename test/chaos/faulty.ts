import { CosError, type Cos, type Place } from '../../shared/cos/index.ts';
import type { Scheduler } from './scheduler.ts';

/** How often, from 0 to 1, a request of the functions meets each fate. */
export interface Weather {
  /** Refused, nothing happened. */
  readonly refused: number;
  /** Happened, but the answer never came. */
  readonly answerLost: number;
  /** No answer, and it happens up to a minute after it was sent. */
  readonly late: number;
  /** No answer, and it never happens. */
  readonly vanished: number;
  /** The function is killed while this request is under way. */
  readonly killed: number;
}

export const CALM: Weather = { refused: 0, answerLost: 0, late: 0, vanished: 0, killed: 0 };

const TIMEOUT_MS = 20_000;
/** A request's signature lives this long; what has not begun by then never does. */
const SIGNATURE_MS = 60_000;

type Call = () => Promise<unknown>;

/** One running function as its requests see it. */
export interface Runner {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  weather(): Weather;
  /** Once true, nothing this function waits for ever comes. */
  dead(): boolean;
  kill(): void;
}

const READS = new Set<keyof Cos>([
  'headObject',
  'getObject',
  'listVersions',
  'listObjects',
  'getTags',
  'getGrants',
  'getVersioning',
  'listParts',
]);

/** The same calls as seen over a bad network: slow, and not always answered. */
export function overNetwork(cos: Cos, runner: Runner): Cos {
  const wrapped = Object.fromEntries(
    Object.entries(cos).map(([name, method]) => [
      name,
      (...args: readonly unknown[]) => {
        const place = args[0] as Place;
        const call = () => (method as (...all: readonly unknown[]) => Promise<unknown>)(...args);
        return request(runner, name as keyof Cos, place, call);
      },
    ]),
  );
  return wrapped as unknown as Cos;
}

function request(runner: Runner, name: keyof Cos, place: Place, call: Call): Promise<unknown> {
  const { scheduler, random } = runner;
  return new Promise((resolve, reject) => {
    const answer = (settle: () => void): void => {
      if (!runner.dead()) settle();
    };
    const there = 1 + random() * 30;
    const fail = (code: string, outcome: 'none' | 'unknown', after: number): void =>
      scheduler.after(after, () =>
        answer(() => reject(new CosError({ method: name, place }, 'the network', { code, retryable: true, outcome }))),
      );
    const fate = fateOf(runner, READS.has(name));
    if (fate === 'killed') scheduler.after(random() * 2 * there, () => runner.kill());
    if (fate === 'refused') return fail('SlowDown', 'none', there * 2);
    if (fate === 'vanished') return fail('AnswerTimeout', 'unknown', TIMEOUT_MS);
    const effect = fate === 'late' ? TIMEOUT_MS + random() * (SIGNATURE_MS - TIMEOUT_MS) : there;
    if (fate === 'late' || fate === 'answerLost') fail('AnswerTimeout', 'unknown', TIMEOUT_MS);
    scheduler.after(effect, () => {
      const result = call();
      if (fate === 'late' || fate === 'answerLost') {
        result.catch(() => undefined);
        return;
      }
      const back = 1 + random() * 30;
      result.then(
        (value) => scheduler.after(back, () => answer(() => resolve(value))),
        (error: unknown) => scheduler.after(back, () => answer(() => reject(error))),
      );
    });
  });
}

function fateOf(runner: Runner, read: boolean): keyof Weather | 'normal' {
  const weather = runner.weather();
  let dice = runner.random();
  for (const fate of ['refused', 'answerLost', 'late', 'vanished', 'killed'] as const) {
    dice -= weather[fate];
    // A read that was not answered is asked again by the client; in the end it is refused or answered.
    if (dice < 0) return read && fate !== 'killed' ? 'refused' : fate;
  }
  return 'normal';
}
