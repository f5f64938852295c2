export { createLocalHandler } from './handler.ts';
export type { LocalOptions } from './handler.ts';
