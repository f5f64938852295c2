/** How a version stands at a destination, as read from the two buckets. */
export { readSubject, type Received, type Subject } from './subject.ts';
export { readStack, type Stack } from './stack.ts';
export { replicaStatus, type ReplicaStatus, type StatusQuery } from './replica.ts';
