export { decideForCaller, readBucketPolicy } from './bucket-policy.ts';
export type { BucketPolicy } from './bucket-policy.ts';
export { accessOf } from './access.ts';
export { createCam } from './cam.ts';
export { CloudFailure } from './failure.ts';
export { randomUuid } from './ids.ts';
export { EVENT_SIGNATURE } from './cos-event.ts';
export { createScf } from './scf.ts';
export type * from './types.ts';
