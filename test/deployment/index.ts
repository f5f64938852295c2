/** The deployment in this process for tests and benchmarks, in a form for each use. */
export { createCoreCos, plain, withoutLag } from './core-cos.ts';
export { engineOn } from './engine.ts';
export { MARKER_EVENT, messageOf } from './events.ts';
export { type DeploymentOptions, type InProcess } from './in-process.ts';
export { GIGABYTE, LargeDeployment, MEGABYTE, uploadLarge } from './large.ts';
export { MeasuredDeployment, type Request } from './measured.ts';
export { pacedDeployment, type PacedDeployment } from './paced.ts';
export { BACKUP, OTHER, SOURCE, START, STATE } from './places.ts';
export { stored, wholeBucket } from './rules.ts';
export { scanDeployment, type ScanDeployment } from './scanning.ts';
export { deployment, KEY, refusal, RULE, SETTLED, type Deployment } from './small.ts';
export { createStorage, type Storage } from './storage.ts';
export { submitTo, TARGET, TOLD, waitingIn } from './tasks.ts';
export { keyIn, placeIn, watched, type Watch, type Watcher } from './watched.ts';
