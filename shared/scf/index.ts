/** Everything specific to the platform that runs the functions: event shapes, environment, and the run. */
export { readConfig } from './config.ts';
export { readCosEvent } from './events.ts';
export type { OnProblem } from './events.ts';
export { eventFunction } from './function.ts';
export type { MainHandler, RunOptions } from './function.ts';
export { httpFunction, readHttpRequest, writeHttpResponse } from './http.ts';
export type { HttpAnswer, HttpRequest, HttpResponse } from './http.ts';
export { formatLine } from './log.ts';
export { CAUTIONS } from './types.ts';
export type * from './types.ts';
