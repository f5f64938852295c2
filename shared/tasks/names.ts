import { formatPlace } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import type { Target } from './types.ts';
import { TIMER_MS } from '../durations/index.ts';

export const LEASES = 'leases/';
/** Writing an object here starts the `task` function. */
export const TASKS = 'tasks/';
/** Work that is not due; it starts nothing. Ordered by destination, then by due time. */
export const WAITING = 'waiting/';

/** One name per key and destination, whichever rule covers it: two rules must not work on one stack at once. */
export const digestOfTarget = (target: Target, hash: Hash): string =>
  hash.sha256([formatPlace(target.source), formatPlace(target.destination), target.key].join('\0')).slice(0, 32);

export const leaseName = (digest: string, number: number, prefix = LEASES): string => `${prefix}${digest}/${number}`;
/** Beside the leases, so that one sweep finds both. */
export const knockName = (digest: string): string => `${LEASES}${digest}/knock`;
// P25: Each task has a name of its own.
export const taskName = (digest: string, unique: string): string => `${TASKS}${digest}/${unique}`;

/**
 * Why work waits, as far as its turn depends on it. `failed`: the last try ended in an error that the whole destination
 * may have caused. `recheck`: all is done, and the key is only looked at again. `turn`: any other reason.
 */
export type WaitingKind = 'failed' | 'recheck' | 'turn';

const SIGNS: Record<WaitingKind, string> = { failed: 'f', recheck: 'r', turn: '' };

/**
 * `due` in ms since 1970, rounded up to the next timer. `content` stands for the
 * content of the work: the same work, deferred twice to one minute, exists once. Otherwise doubled events would
 * multiply. `kind` is in the name, so that ten thousand bodies need not be read to find the important ones.
 */
export function waitingName(
  destination: string,
  due: number,
  { digest, content, kind }: { readonly digest: string; readonly content: string; readonly kind: WaitingKind },
): string {
  const minute = Math.ceil(due / TIMER_MS) * TIMER_MS;
  const sign = SIGNS[kind] === '' ? '' : `-${SIGNS[kind]}`;
  return `${WAITING}${destination}/${String(minute).padStart(13, '0')}/${digest}/${content}${sign}`;
}

/**
 * Its object says that work which had failed at a destination has succeeded there since. It sorts after all work of
 * that destination.
 */
export const recoveredName = (destination: string): string => `${WAITING}${destination}/recovered`;
export const isRecoveredName = (name: string): boolean => /^waiting\/[^/]+\/recovered$/.test(name);

export function readWaitingName(
  name: string,
): { destination: string; due: number; digest: string; kind: WaitingKind } | undefined {
  const match = /^waiting\/([^/]+)\/(\d{13})\/([0-9a-f]{32})\/[0-9a-f]+(?:-([fr]))?$/.exec(name);
  const [, destination, due, digest, sign] = match ?? [];
  const kind = sign === 'f' ? 'failed' : sign === 'r' ? 'recheck' : 'turn';
  return destination && due && digest ? { destination, due: Number(due), digest, kind } : undefined;
}

/** Below `tasks/`, so that it starts the same function as a task. */
export const helpName = (digest: string, unique: string): string => `${TASKS}parts/${digest}/${unique}`;
export const isHelpName = (name: string): boolean => name.startsWith(`${TASKS}parts/`);

export function readTaskName(name: string): { digest: string; unique: string } | undefined {
  const match = /^tasks\/([0-9a-f]{32})\/([A-Za-z0-9-]+)$/.exec(name);
  const [, digest, unique] = match ?? [];
  return digest && unique ? { digest, unique } : undefined;
}

/** The digest of the key that the knock is for. */
export const readKnockName = (name: string): string | undefined => /^leases\/([0-9a-f]{32})\/knock$/.exec(name)?.[1];

export function readLeaseName(name: string): { digest: string; number: number } | undefined {
  const match = /^leases\/([0-9a-f]{32})\/(\d{1,6})$/.exec(name);
  const [, digest, number] = match ?? [];
  return digest && number ? { digest, number: Number(number) } : undefined;
}
