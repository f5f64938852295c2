/** The longest key of COS, in bytes of UTF-8. */
export const LONGEST_KEY = 850;
