/** Differences that a reader of the destination does not notice. A test holds them against those of the API. */
export const HARMLESS: ReadonlySet<string> = new Set(['metadata', 'storage-class', 'surplus', 'skipped']);
