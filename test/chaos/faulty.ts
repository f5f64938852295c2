import { CosError, type Cos, type Place } from '../../shared/cos/index.ts';
import type { Scheduler } from './scheduler.ts';

/** How often, from 0 to 1, a request of the functions meets each fate. */
export interface Weather {
  /** Refused; nothing happened. */
  readonly refused: number;
  /** Took effect, but the answer never came. */
  readonly answerLost: number;
  /** No answer; it takes effect up to a minute after it was sent. */
  readonly late: number;
  /** No answer; it never takes effect. */
  readonly vanished: number;
  /** Took effect, but the connection broke in the middle of the answer. */
  readonly cutOff: number;
  /** Answered with 200 and an error in its body; nothing happened. The client tells the two apart. */
  readonly errorIn200: number;
  /** The function is killed during this request. */
  readonly killed: number;
  /** The requests that may meet a fault; undefined: all. The others are answered without one. */
  readonly only?: Kind | undefined;
  /** ms that a copy takes at most, without the way there and back. */
  readonly copying?: number | undefined;
}

export const CALM: Weather = {
  refused: 0,
  answerLost: 0,
  late: 0,
  vanished: 0,
  cutOff: 0,
  errorIn200: 0,
  killed: 0,
};

/** A bucket that refuses every request for a while. */
export interface Outage {
  readonly at: 'state' | 'destinations';
  /** ms after the world's beginning. */
  readonly from: number;
  readonly until: number;
}

type Fate = Exclude<keyof Weather, 'only' | 'copying'>;
const FATES: readonly Fate[] = ['refused', 'answerLost', 'late', 'vanished', 'cutOff', 'errorIn200', 'killed'];

/** Requests at buckets by their effect, without those to the bucket of the functions. */
export type Kind = 'deletions' | 'copies';

const TIMEOUT_MS = 20_000;
/** A request's signature is valid this long; a request that has not begun by then never does. */
const SIGNATURE_MS = 60_000;

type Call = () => Promise<unknown>;

/** One running function as its requests see it. */
export interface Runner {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly state: Place;
  weather(): Weather;
  /** Whether this bucket refuses everything at the moment. */
  refuses(place: Place): boolean;
  /** Called with each request that is sent. */
  sends(): void;
  /** Once true, this function waits for ever for every answer. */
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
  'isSymlink',
  'hasNativeReplication',
  'getExpiries',
  'listParts',
]);

const COPIES = new Set<keyof Cos>(['copyObject', 'uploadPartCopy', 'completeMultipart']);

/**
 * The same calls over a bad network: slow, and not always answered. `runner`: the function that calls at that moment.
 */
export function overNetwork(cos: Cos, runner: () => Runner): Cos {
  const wrapped = Object.fromEntries(
    Object.entries(cos).map(([name, method]) => [
      name,
      (...args: readonly unknown[]) => {
        const place = args[0] as Place;
        const call = () => (method as (...all: readonly unknown[]) => Promise<unknown>)(...args);
        return request(runner(), name as keyof Cos, place, call);
      },
    ]),
  );
  return wrapped as unknown as Cos;
}

function request(runner: Runner, name: keyof Cos, place: Place, call: Call): Promise<unknown> {
  const { scheduler, random } = runner;
  runner.sends();
  return new Promise((resolve, reject) => {
    const answer = (settle: () => void): void => {
      if (!runner.dead()) settle();
    };
    const copying = COPIES.has(name) ? (runner.weather().copying ?? 0) : 0;
    const there = 1 + random() * 30 + (copying === 0 ? 0 : random() * copying);
    const fail = (code: string, outcome: 'none' | 'unknown', after: number): void =>
      scheduler.after(after, () =>
        answer(() => reject(new CosError({ method: name, place }, 'the network', { code, retryable: true, outcome }))),
      );
    const fate = runner.refuses(place) ? 'refused' : fateOf(runner, name, place);
    if (fate === 'killed') scheduler.after(random() * 2 * there, () => runner.kill());
    if (fate === 'refused') return fail('SlowDown', 'none', there * 2);
    if (fate === 'errorIn200') return fail('InternalError', 'none', there * 2);
    if (fate === 'vanished') return fail('AnswerTimeout', 'unknown', TIMEOUT_MS);
    const effect = fate === 'late' ? TIMEOUT_MS + random() * (SIGNATURE_MS - TIMEOUT_MS) : there;
    if (fate === 'late' || fate === 'answerLost') fail('AnswerTimeout', 'unknown', Math.max(there, TIMEOUT_MS));
    if (fate === 'cutOff') fail('AnswerIncomplete', 'unknown', there * 2);
    scheduler.after(effect, () => {
      const result = call();
      if (fate === 'late' || fate === 'answerLost' || fate === 'cutOff') {
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

function fateOf(runner: Runner, name: keyof Cos, place: Place): Fate | 'normal' {
  const weather = runner.weather();
  if (weather.only !== undefined && !isOf(weather.only, name, place, runner.state)) return 'normal';
  const read = READS.has(name);
  let dice = runner.random();
  for (const fate of FATES) {
    dice -= weather[fate];
    if (dice >= 0) continue;
    // The client repeats a read that was not answered; in the end it is refused or answered.
    if (read && fate !== 'killed') return 'refused';
    // Only a slow request is answered before it is done.
    return fate === 'errorIn200' && !COPIES.has(name) ? 'refused' : fate;
  }
  return 'normal';
}

const isOf = (kind: Kind, name: keyof Cos, place: Place, state: Place): boolean =>
  place.bucket !== state.bucket && (kind === 'copies' ? COPIES.has(name) : name === 'deleteObject');
