/** The cost of replicating at list prices, from counted or planned work. */
export { costOf, sumOfUsage, usageOf } from './estimate.ts';
export type { Work } from './estimate.ts';
export { LIST_PRICES } from './prices.ts';
export { MEASURED, SCANNED } from './profile.ts';
export type * from './types.ts';
