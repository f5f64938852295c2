/** Limits of a rule, by the API page of PUT Bucket replication. The console page checks them before it sends a rule. */

/** A prefix that is longer than any key could never match. */
export { LONGEST_KEY as LONGEST_PREFIX } from '../cos/limits.ts';
export const LONGEST_ID = 255;
/** The most tags of an object, and the most characters of a tag's key and value. */
export const MOST_TAGS = 10;
export const LONGEST_TAG_KEY = 128;
export const LONGEST_TAG_VALUE = 256;
/** COS's range of `Priority`; the smallest wins. */
export const FIRST_PRIORITY = 1;
export const LAST_PRIORITY = 1000;
/** The most rules of one configuration. */
export const MOST_RULES = 1000;
