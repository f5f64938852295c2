import { JSON_BODY } from '../cos/index.ts';
import { taskName } from './names.ts';
import type { StateDeps } from './types.ts';

/** A piece of work under `waiting/`. */
export interface Waiting {
  readonly name: string;
  /** The digest of its target. */
  readonly digest: string;
  /** The task as it is written. */
  readonly body: Uint8Array;
}

/**
 * Moves work from `waiting/` to `tasks/`, where it starts. A crash between the two halves leaves the work twice, which
 * costs one look and does no harm. Throws `CosError`.
 */
export async function startWaiting(deps: StateDeps, { name, digest, body }: Waiting): Promise<void> {
  const { cos, state } = deps;
  await cos.putObject(state, taskName(digest, deps.unique()), body, JSON_BODY);
  await cos.deleteObject(state, name);
}
