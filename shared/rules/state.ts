import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';

import { ServiceError, type Cause } from '../errors/index.ts';
import { samePlace } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { isHead, isRule } from './shape.ts';
import type { Head } from './shape.ts';
import type { RuleSet, StoredRules } from './types.ts';

/*
 * The state object is text with one JSON value a line: the head; then, in turns, a piece of the document (a string) and
 * the rule that ends in it (an object); then the last piece. A reader wants either the rules or the document, and skips
 * the other lines unparsed. A large object is compressed. A rule and its text lie within one window of gzip, so the
 * second costs next to nothing; neither writing nor reading holds the whole text.
 */

/** A document of this many characters is compressed, because it would be slow to read at every cold start. */
const COMPRESS_FROM = 32 * 1024;
/** Most bytes of a state object: a document of 4 MB that does not compress, and the quotes and ends of its lines. */
export const LARGEST_OBJECT = 8 * 1024 * 1024;
/** Most bytes after decompression. */
const LARGEST = 32 * 1024 * 1024;
const GZIP = [0x1f, 0x8b];
const LINE_FEED = 0x0a;
const QUOTE = 0x22;

/** The bytes of the state object. */
export async function writeRules(stored: StoredRules): Promise<Uint8Array> {
  const large = stored.xml.reduce((sum, { length }) => sum + length, 0) >= COMPRESS_FROM;
  if (!large) return Buffer.from([...lines(stored)].join(''));
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(lines(stored)).pipe(createGzip())) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function* lines({ source, role, created, rules, xml }: StoredRules): Generator<string> {
  yield `${JSON.stringify({ source, role, created, rules: rules.length } satisfies Head)}\n`;
  for (const [index, rule] of rules.entries()) {
    yield `${JSON.stringify(xml[index] ?? '')}\n`;
    yield `${JSON.stringify(rule)}\n`;
  }
  yield `${JSON.stringify(xml[rules.length] ?? '')}\n`;
}

/** Throws `ServiceError` `InvalidRules`: an unreadable rule must stop the work. It must not count as no rule. */
export async function readRuleSet(body: Uint8Array, source: Place): Promise<RuleSet> {
  const rules: unknown[] = [];
  const head = await readLines(body, source, (line) => {
    if (line[0] !== QUOTE) rules.push(JSON.parse(line.toString('utf8')));
  });
  if (!rules.every(isRule) || rules.length !== head.rules) throw damaged(source, new Error('it has another shape'));
  return { ...head, rules };
}

/** The document, and when it was stored (ms since 1970). Throws `ServiceError` `InvalidRules`. */
export async function readDocument(body: Uint8Array, source: Place): Promise<{ xml: string; created: number }> {
  let xml = '';
  let pieces = 0;
  const { created, rules } = await readLines(body, source, (line) => {
    if (line[0] !== QUOTE) return;
    xml += String(JSON.parse(line.toString('utf8')));
    pieces += 1;
  });
  if (pieces !== rules + 1) throw damaged(source, new Error('it is not complete'));
  return { xml, created };
}

/** Passes on each line after the head, without its line feed. */
async function readLines(body: Uint8Array, source: Place, each: (line: Buffer) => void): Promise<Head> {
  try {
    let head: unknown;
    const lines = createLineReader((line) => {
      if (head === undefined) head = JSON.parse(line.toString('utf8'));
      else each(line);
    });
    if (GZIP.every((byte, index) => body[index] === byte)) {
      for await (const chunk of Readable.from([body]).pipe(createGunzip())) lines.write(chunk as Buffer);
    } else lines.write(Buffer.from(body.buffer, body.byteOffset, body.length));
    lines.close();
    if (!isHead(head)) throw new Error('it has another shape');
    if (!samePlace(head.source, source)) throw new Error('it is of another bucket');
    return head;
  } catch (cause) {
    throw damaged(source, cause);
  }
}

/** Splits chunks into lines. */
function createLineReader(each: (line: Buffer) => void): { write(chunk: Buffer): void; close(): void } {
  let begun: Buffer[] = [];
  let size = 0;
  return {
    write: (chunk) => {
      size += chunk.length;
      if (size > LARGEST) throw new Error(`it is larger than ${LARGEST} bytes`);
      let rest = chunk;
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
        const line = rest.subarray(0, end);
        each(begun.length === 0 ? line : Buffer.concat([...begun, line]));
        begun = [];
        rest = rest.subarray(end + 1);
      }
      if (rest.length > 0) begun.push(rest);
    },
    close: () => {
      if (begun.length > 0) throw new Error('it is cut off');
    },
  };
}

function damaged(source: Place, cause: unknown): ServiceError {
  return new ServiceError(`The stored rules of ${source.bucket} cannot be read.`, {
    code: 'InvalidRules' satisfies Cause,
    side: 'state',
    cause,
  });
}
