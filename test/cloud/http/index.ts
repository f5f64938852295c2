export { createCosHandler } from './cos/index.ts';
export type { Account, CosHandlerOptions } from './cos/index.ts';
export { route } from './route.ts';
export type { Destination } from './route.ts';
export { listen } from './server.ts';
export type { Listener, ListenOptions } from './server.ts';
