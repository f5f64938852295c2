const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Each value except the first follows one of these characters. */
const BEFORE_VALUES = new Set(Buffer.from(',:[{'));
/** Most values; no request needs as many. Millions of empty ones in a few MB would take a hundred MB of memory. */
const MOST_VALUES = 10_000;

/** Whether a JSON text holds more values than the limit. */
export function holdsTooMany(json: Uint8Array): boolean {
  let values = 1;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] as number;
    if (byte === QUOTE) inText = !inText;
    else if (inText && byte === BACKSLASH) at += 1;
    else if (!inText && BEFORE_VALUES.has(byte)) values += 1;
  }
  return values > MOST_VALUES;
}
