import { readSignature, splitTarget } from '../../shared/signing/index.ts';
import type { Pairs } from '../../shared/signing/index.ts';
import { failed, notApplicable, ok } from './checks.ts';
import type { Cell, CheckId } from './checks.ts';
import { readRecording } from './recordings.ts';
import type { Action } from './recordings.ts';
import { differenceOf } from './round-trip.ts';
import type { Exchange } from './tap.ts';

/** With fewer documents, a client's own checks have looked at next to nothing. */
const LEAST_ROUND_TRIPS = 4;

/** Judges the recorded requests and answers, whatever the client itself reports. */
export function judgeWire(exchanges: readonly Exchange[], sdk: string, isBrowser: boolean): [CheckId, Cell][] {
  const calls = exchanges.filter(({ method }) => method !== 'OPTIONS');
  return [
    ['round-trip', attempt(() => judgeRoundTrips(calls))],
    ['signed', attempt(() => judgeSignatures(calls, sdk))],
    ['answered-once', attempt(() => judgeAnswers(calls))],
    ['cors', isBrowser ? attempt(() => judgeCors(exchanges)) : notApplicable('only a browser asks before it calls')],
  ];
}

/** `judge` returns a detail worth telling, and throws when something is wrong. */
function attempt(judge: () => string): Cell {
  try {
    return ok(judge());
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** Every document that was read is the last one that was accepted. */
function judgeRoundTrips(calls: readonly Exchange[]): string {
  let stored: Uint8Array | undefined;
  let compared = 0;
  for (const { method, status, body, answer } of calls) {
    if (method === 'PUT' && status === 200) stored = body;
    if (method === 'DELETE' && status === 204) stored = undefined;
    if (method !== 'GET' || status !== 200) continue;
    if (stored === undefined) throw new Error('a document was read while none was stored');
    const difference = differenceOf(stored, answer);
    if (difference !== undefined) throw new Error(difference);
    compared++;
  }
  if (compared < LEAST_ROUND_TRIPS) throw new Error(`only ${compared} documents were read back`);
  return `${compared} documents`;
}

/**
 * The signed headers and parameters are those of the recordings, so the recordings and their replays are still true.
 */
function judgeSignatures(calls: readonly Exchange[], sdk: string): string {
  for (const call of calls.filter(({ status }) => status < 400)) {
    const action = call.method.toLowerCase() as Action;
    const fields = readSignature(pairsOf(call.headers), splitTarget(call.target).query);
    if (fields === undefined) throw new Error(`an accepted ${call.method} was not signed`);
    const recorded = readRecording(sdk, action);
    const [now, then] = [fields, recorded].map(
      ({ headerList, paramList }) => `${headerList.join(';')} · ${paramList.join(';')}`,
    );
    if (now !== then) throw new Error(`${call.method} signs ${now}; recorded was ${then}`);
  }
  return 'as recorded';
}

function judgeAnswers(calls: readonly Exchange[]): string {
  for (const { method, status, headers, answerHeaders } of calls) {
    if (status >= 500) throw new Error(`a ${method} was answered with ${status}`);
    if (status >= 300 && status < 400) throw new Error(`a ${method} was sent elsewhere with ${status}`);
    if (!answerHeaders['x-cos-request-id']) throw new Error(`the ${status} of a ${method} has no x-cos-request-id`);
    if (headers['x-cos-sdk-retry'] !== undefined) throw new Error(`the SDK tried a ${method} again`);
  }
  return `${calls.length} calls`;
}

/** Before each call from the other origin, the browser sent an unsigned preflight and was allowed. */
function judgeCors(exchanges: readonly Exchange[]): string {
  let allowed: Exchange['answerHeaders'] | undefined;
  let asked = 0;
  const called = new Set<string>();
  for (const { method, status, headers, answerHeaders } of exchanges) {
    if (method === 'OPTIONS') {
      if (headers['authorization'] !== undefined) throw new Error('a preflight was signed');
      if (status !== 200) throw new Error(`a preflight was answered with ${status}`);
      allowed = answerHeaders;
      asked++;
      continue;
    }
    if (headers['origin'] === undefined) throw new Error(`a ${method} came from no other origin`);
    if (!lists(allowed, 'methods', method)) throw new Error(`a ${method} was not allowed before`);
    if (!lists(allowed, 'headers', 'authorization')) throw new Error('Authorization was not allowed before');
    called.add(method);
  }
  const missing = ['PUT', 'GET', 'DELETE'].find((method) => !called.has(method));
  if (missing !== undefined) throw new Error(`the browser sent no ${missing}`);
  return `${asked} preflights`;
}

function lists(answer: Exchange['answerHeaders'] | undefined, what: 'methods' | 'headers', name: string): boolean {
  const list = String(answer?.[`access-control-allow-${what}`] ?? '').split(/\s*,\s*/);
  return list.some((entry) => entry.toLowerCase() === name.toLowerCase());
}

function pairsOf(headers: Exchange['headers']): Pairs {
  return Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
}
