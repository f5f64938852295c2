import { isFailure, type Cause } from '../errors/index.ts';
import type { WaitingKind } from './names.ts';
import type { Task } from './types.ts';

/** Whether the last try ended in an error. It is tried again nevertheless. */
export const hasFailed = ({ cause }: Task): boolean => isFailure(cause);

/** Whether all is done, and the key is only looked at again when listings have settled. */
export const isRecheck = ({ cause }: Task): boolean => cause === 'settle';

const OF_ONE_OBJECT: ReadonlySet<string> = new Set<Cause | 'ObjectLocked'>([
  'ObjectLocked',
  'order',
  'depth',
  'ReplicaArchived',
  'ReplicaChecksumMismatch',
  'KeyUnsettled',
]);

/**
 * Whether an error concerns one object only. Its failure does not mean that others would fail, and the success of
 * others is no reason to try it sooner.
 */
export const isOfOneObject = (cause: string): boolean => OF_ONE_OBJECT.has(cause);

/** The kind of a task, which decides its turn. */
export const kindOf = (task: Task): WaitingKind =>
  isRecheck(task) ? 'recheck' : hasFailed(task) && !isOfOneObject(task.cause) ? 'failed' : 'turn';
