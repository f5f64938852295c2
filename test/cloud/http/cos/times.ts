/** RFC 1123, as in Date and Last-Modified. `ms` since 1970. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/** `2020-12-10T03:35:44.000Z`, the form of listings: milliseconds are always zero. */
export function listingDate(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

/** `2020-12-10T03:35:44Z`, the form of copies and buckets. */
export function isoSeconds(ms: number): string {
  return listingDate(ms).replace('.000Z', 'Z');
}

/** Milliseconds since 1970; undefined for what is not a date, which HTTP says to ignore. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
