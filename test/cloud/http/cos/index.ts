export type { Account, CosHandlerOptions } from './call.ts';
export { createCosHandler } from './handler.ts';
