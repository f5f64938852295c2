import type { Cos, Place } from '../../shared/cos/index.ts';

/** Called with all arguments of a call: the bucket first, and then mostly the key. */
export type Watcher = (name: keyof Cos, args: readonly unknown[]) => void | Promise<void>;

export interface Watch {
  /** Called before the call takes effect; throws to replace it. */
  before: Watcher;
  /** Called after the call has taken effect; throws to lose its answer. */
  after: Watcher;
}

export const placeIn = (args: readonly unknown[]): Place => args[0] as Place;

/** '' where a call names no key, such as a listing. */
export const keyIn = (args: readonly unknown[]): string => (typeof args[1] === 'string' ? args[1] : '');

/**
 * Whether a call is part of the work on a key. Rules and versioning are read beside the work and do not slow it down.
 */
export const isForWork: (...call: Parameters<Watcher>) => boolean = (name, args) =>
  name !== 'getVersioning' && !keyIn(args).startsWith('rules/');

/** The same calls, each of them watched. A watcher may be changed at any time. */
export function watched(cos: Cos, watch: Partial<Watch>): Cos {
  const wrapped = Object.entries(cos).map(([name, method]: [string, (...args: readonly unknown[]) => unknown]) => [
    name,
    async (...args: readonly unknown[]) => {
      await watch.before?.(name as keyof Cos, args);
      const answer = await method(...args);
      await watch.after?.(name as keyof Cos, args);
      return answer;
    },
  ]);
  return Object.fromEntries(wrapped) as Cos;
}
