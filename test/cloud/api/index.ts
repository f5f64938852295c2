export { createCloudApi } from './handler.ts';
export type { CloudApiOptions } from './handler.ts';
