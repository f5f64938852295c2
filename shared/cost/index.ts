/** What replicating costs at list prices, from what was counted or from what is to be done. */
export { costOf, sumOfUsage, usageOf } from './estimate.ts';
export type { Work } from './estimate.ts';
export { LIST_PRICES } from './prices.ts';
export { MEASURED } from './profile.ts';
export type * from './types.ts';
