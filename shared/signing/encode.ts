const PLAIN = /^[\w.~-]*$/;
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * Percent-encodes text as COS does: all UTF-8 bytes but `A-Z a-z 0-9 - _ . ~`, upper-case hex. Half a surrogate pair
 * becomes U+FFFD, as in every conversion to UTF-8.
 */
export function encode(text: string): string {
  // Nearly every name and value is plain, and the test is several times cheaper than encoding.
  if (PLAIN.test(text)) return text;
  const wellFormed = text.replaceAll(LONE_SURROGATE, '\uFFFD');
  return encodeURIComponent(wellFormed).replaceAll(LEFT_BY_ENCODE_URI_COMPONENT, percent);
}

/** A parameter or header name as it stands in the lists of a signature: encoded first, then lower-cased. */
export function canonicalName(name: string): string {
  return encode(name).toLowerCase();
}
