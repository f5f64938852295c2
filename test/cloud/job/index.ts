/** The main job: a rule, a folder full of uploads, and both buckets compared to the last byte. */
export { apiDomain, ROLE, startEnvironment } from './environment.ts';
export type { Environment } from './environment.ts';
export type { Selection } from './files.ts';
export { runJob } from './job.ts';
export { createProgress } from './progress.ts';
export { summaryJson, summaryText } from './summary.ts';
export { keepTicking } from './ticking.ts';
