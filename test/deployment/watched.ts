import type { Cos, Place } from '../../shared/cos/index.ts';

/** Is told of a call, with all that it was given: the bucket first, and after it most often the key. */
export type Watcher = (name: keyof Cos, args: readonly unknown[]) => void | Promise<void>;

export interface Watch {
  /** Before the call takes effect; throws in its place. */
  before: Watcher;
  /** After it has taken effect; throws to lose its answer. */
  after: Watcher;
}

export const placeIn = (args: readonly unknown[]): Place => args[0] as Place;

/** '' where a call names no key, such as a listing. */
export const keyIn = (args: readonly unknown[]): string => (typeof args[1] === 'string' ? args[1] : '');

/** Whether a call is one for the work of a key. Rules and versioning are asked for beside the work and cost it no time. */
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
