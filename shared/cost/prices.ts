import type { Prices } from './types.ts';

/**
 * List prices in mainland China, without free tiers, packages and discounts. They change, and they differ by region.
 * Compare them with the price pages of COS and SCF (tencentcloud.com/document/product/436/16871 and /583/17299 name the
 * items) before you rely on a sum. This file is the only place to edit.
 */
export const LIST_PRICES: Prices = {
  currency: 'CNY',
  requestsPer10000: 0.01,
  invocationsPer10000: 0.0133,
  gbSecond: 0.000_111_08,
  trafficPerGb: 0.5,
  perUsd: 7.1,
};
