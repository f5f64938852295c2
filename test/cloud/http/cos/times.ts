/** RFC 1123, as in Date and Last-Modified. `ms` since 1970. */
export const httpDate = perSecond((ms) => new Date(ms).toUTCString());

/** `2020-12-10T03:35:44.000Z`, the form of listings: milliseconds are always zero. */
export const listingDate = perSecond((ms) => new Date(ms).toISOString());

/** `2020-12-10T03:35:44Z`, the form of copies and buckets. */
export function isoSeconds(ms: number): string {
  return listingDate(ms).replace('.000Z', 'Z');
}

/** Milliseconds since 1970; undefined for a text that is not a date, which HTTP says to ignore. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The most seconds that are cached. */
const SECONDS = 256;

/** The times of answers, and those in one list, mostly lie in few seconds. */
function perSecond(format: (ms: number) => string): (ms: number) => string {
  const texts = new Map<number, string>();
  return (ms) => {
    const second = Math.floor(ms / 1000);
    let text = texts.get(second);
    if (text === undefined) {
      if (texts.size >= SECONDS) texts.clear();
      texts.set(second, (text = format(second * 1000)));
    }
    return text;
  };
}
