import { formatPlace } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import type { Target } from './types.ts';

export const LEASES = 'leases/';
/** Writing an object here starts the `task` function. */
export const TASKS = 'tasks/';
/** Work that is not due; starts nothing. Ordered by destination, then by due time. */
export const WAITING = 'waiting/';

/** One name per key and destination, whatever rule led there: two rules must not work on one stack at once. */
export const digestOfTarget = (target: Target, hash: Hash): string =>
  hash.sha256([formatPlace(target.source), formatPlace(target.destination), target.key].join('\0')).slice(0, 32);

export const leaseName = (digest: string, number: number, prefix = LEASES): string => `${prefix}${digest}/${number}`;
export const taskName = (digest: string, unique: string): string => `${TASKS}${digest}/${unique}`;

const MINUTE_MS = 60_000;

/**
 * `due` in ms since 1970, rounded up to a minute, which is how often work is promoted. `content` stands for what the work
 * says: the same work put off twice to one minute is there once, or doubled events would breed.
 */
export function waitingName(destination: string, due: number, digest: string, content: string): string {
  const minute = Math.ceil(due / MINUTE_MS) * MINUTE_MS;
  return `${WAITING}${destination}/${String(minute).padStart(13, '0')}/${digest}/${content}`;
}

export function readWaitingName(name: string): { destination: string; due: number; digest: string } | undefined {
  const match = /^waiting\/([^/]+)\/(\d{13})\/([0-9a-f]{32})\/[0-9a-f]+$/.exec(name);
  const [, destination, due, digest] = match ?? [];
  return destination && due && digest ? { destination, due: Number(due), digest } : undefined;
}

export function readTaskName(name: string): { digest: string; unique: string } | undefined {
  const match = /^tasks\/([0-9a-f]{32})\/([A-Za-z0-9-]+)$/.exec(name);
  const [, digest, unique] = match ?? [];
  return digest && unique ? { digest, unique } : undefined;
}

export function readLeaseName(name: string): { digest: string; number: number } | undefined {
  const match = /^leases\/([0-9a-f]{32})\/(\d{1,6})$/.exec(name);
  const [, digest, number] = match ?? [];
  return digest && number ? { digest, number: Number(number) } : undefined;
}
