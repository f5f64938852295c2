import { isFailure } from '../errors/index.ts';
import type { WaitingKind } from './names.ts';
import type { Task } from './types.ts';

/** Whether the last try ended in an error. It is tried again all the same. */
export const hasFailed = ({ cause }: Task): boolean => isFailure(cause);

/** Whether all is done and only looked at again, when listings that may have been too young have settled. */
export const isRecheck = ({ cause }: Task): boolean => cause === 'settle';

const OF_ONE_OBJECT: ReadonlySet<string> = new Set([
  'ObjectLocked',
  'order',
  'depth',
  'ReplicaArchived',
  'ReplicaChecksumMismatch',
]);

/**
 * Whether an error says something of one object only: that it fails does not tell that others would, and that others succeed is
 * no reason to try it sooner.
 */
export const isOfOneObject = (cause: string): boolean => OF_ONE_OBJECT.has(cause);

/** The kind of a task, on which its turn depends. */
export const kindOf = (task: Task): WaitingKind =>
  isRecheck(task) ? 'recheck' : hasFailed(task) && !isOfOneObject(task.cause) ? 'failed' : 'turn';
