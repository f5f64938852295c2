import { objectsUnder } from '../../../../shared/cos/index.ts';
import { requestedTask, Tasks } from '../../../../shared/tasks/index.ts';
import type { Task } from '../../../../shared/tasks/index.ts';
import { SOURCE, STATE } from '../bench.ts';
import { BACKUP } from '../../../deployment/over-http.ts';
import type { World } from '../../../deployment/over-http.ts';

/** Work on a key that COS has slowed down twice, since a minute ago. */
export const task = (key: string, more: Partial<Task> = {}): Task => ({
  ...requestedTask({ source: SOURCE, destination: BACKUP, key }, Date.now() - 60_000),
  cause: 'SlowDown',
  attempts: 2,
  ...more,
});

/** Defers work on many keys at once, without HTTP. `dueOf`: when the n-th is due, in ms since 1970. */
export async function deferMany(
  { engine, straight }: World,
  keys: readonly string[],
  dueOf: (n: number) => number,
): Promise<void> {
  const tasks = new Tasks({ ...engine.deps, cos: straight });
  for (const [n, key] of keys.entries()) await tasks.defer(task(key), dueOf(n));
}

/** All keys of the state bucket below a prefix. */
export async function stateKeys({ user }: World, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of objectsUnder(user, STATE, prefix)) found.push(key);
  return found;
}
