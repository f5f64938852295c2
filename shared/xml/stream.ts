import { SaxesParser } from 'saxes';
import { XmlError } from './error.ts';
import type { XmlHandlers, XmlLimits, XmlReader } from './types.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 16;
const MAX_ELEMENTS = 100_000;
const MAX_ATTRIBUTES = 64;
/**
 * Bytes that are decoded at a time. The decoded text of a whole document would be held beside its bytes, and may be
 * twice as long.
 */
const CHUNK = 16 * 1024;
/** Most characters of one element's text, unless all of it is blank. */
const LONGEST_TEXT = 64 * 1024;
/**
 * Most bytes of memory for a tag, text or comment that has begun and does not end. The parser keeps all of it, and a
 * string of its own for each character at which it stops: entities, line ends, dashes, …
 */
const LARGEST_PIECE = 8 * 1024 * 1024;
const PER_STOP = 32;
/**
 * From this many bytes of such a piece on, stops are counted. An ordinary document has no such piece, except of blanks.
 */
const COUNT_FROM = 64 * 1024;
const STOPS = new Set(Buffer.from('&\r-?]'));
/** In attributes these become blanks, one by one. */
const STOPS_IN_TAG = new Set([...STOPS, ...Buffer.from('\n\t')]);
/** Characters of the parser's own message that are quoted. */
const MAX_QUOTED = 200;

// XML 1.1 would allow control characters, which the writer cannot write.
const PARSER_OPTIONS = { xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true } as const;

const BEYOND_BLANKS = /[^ \t\r\n]/;

/**
 * A strict reader: UTF-8 only, no DOCTYPE, no entities but the predefined ones, no text beside child elements.
 *
 * Blanks before the document are skipped, even before a declaration: the Android SDK sends a line end there, and COS
 * sends blanks to keep the connection open while it completes an upload.
 */
export function createXmlReader(handlers: XmlHandlers, limits: XmlLimits = {}): XmlReader {
  const { maxBytes = MAX_BYTES } = limits;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const progress: Progress = { unfinished: 0, inTag: false, ended: false };
  const parser = createParser(handlers, limits, progress);
  let size = 0;
  let started = false;
  /** The root has ended, and nothing else has begun. */
  let resting = false;
  let closed = false;
  let failure: unknown;

  function feed(text: string): void {
    const begin = started && !resting ? 0 : text.search(BEYOND_BLANKS);
    // Blanks around the root have no meaning, and the parser would keep them.
    if (begin < 0) {
      progress.unfinished = 0;
      return;
    }
    if (!started && text[begin] !== '<') throw new XmlError('The document does not begin with a tag.');
    started = true;
    parser.write(text.slice(begin));
    resting = progress.ended && text.trimEnd().endsWith('>');
  }

  function guarded(step: () => void): void {
    if (failure !== undefined) throw failure;
    if (closed) throw new XmlError('The document is already closed.');
    try {
      step();
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  function read(bytes: Uint8Array): void {
    progress.unfinished += bytes.length;
    feed(decodeStrictly(() => decoder.decode(bytes, { stream: true })));
    if (progress.unfinished <= COUNT_FROM) return;
    const stops = progress.inTag ? STOPS_IN_TAG : STOPS;
    progress.unfinished += PER_STOP * bytes.reduce((count, byte) => (stops.has(byte) ? count + 1 : count), 0);
    if (progress.unfinished > LARGEST_PIECE) throw tooLarge(`A tag, text or comment is too long (${whereIn(parser)}).`);
  }

  return {
    write: (chunk) => {
      guarded(() => {
        size += chunk.length;
        if (size > maxBytes) throw tooLarge(`The document is larger than ${maxBytes} bytes.`);
        for (let at = 0; at < chunk.length; at += CHUNK) read(chunk.subarray(at, at + CHUNK));
      });
    },
    close: () => {
      guarded(() => {
        feed(decodeStrictly(() => decoder.decode()));
        if (!started) throw new XmlError('The document is empty.');
        parser.close();
        closed = true;
      });
    },
  };
}

function decodeStrictly(decode: () => string): string {
  try {
    return decode();
  } catch (cause) {
    throw new XmlError('The document is not UTF-8.', { cause });
  }
}

const tooLarge = (message: string): XmlError => new XmlError(message, { code: 'XMLSizeLimit' });

type Parser = SaxesParser<typeof PARSER_OPTIONS>;

const whereIn = ({ line, column }: Parser): string => `line ${line}, column ${column}`;

interface Progress {
  /** Bytes since the last tag, text or comment ended, and the memory that their stops take. */
  unfinished: number;
  /** The name of a tag has been read, and the tag has not ended. */
  inTag: boolean;
  /** The root has ended. */
  ended: boolean;
}

/**
 * saxes stores its handlers under computed names. From the eighth one on, V8 turns the parser into a dictionary, and
 * every character read then costs several times as much. Properties that exist already cost nothing.
 */
function declareHandlers(parser: Parser): Parser {
  const properties = parser as unknown as Record<HandlerName, undefined>;
  properties.xmldeclHandler = undefined;
  properties.textHandler = undefined;
  properties.piHandler = undefined;
  properties.doctypeHandler = undefined;
  properties.commentHandler = undefined;
  properties.openTagStartHandler = undefined;
  properties.attributeHandler = undefined;
  properties.openTagHandler = undefined;
  properties.closeTagHandler = undefined;
  properties.cdataHandler = undefined;
  properties.errorHandler = undefined;
  properties.endHandler = undefined;
  properties.readyHandler = undefined;
  return parser;
}

type HandlerName =
  | `${'xmldecl' | 'text' | 'pi' | 'doctype' | 'comment' | 'attribute' | 'cdata'}Handler`
  | `${'openTagStart' | 'openTag' | 'closeTag' | 'error' | 'end' | 'ready'}Handler`;

function createParser(handlers: XmlHandlers, limits: XmlLimits, progress: Progress): Parser {
  const { maxDepth = MAX_DEPTH, maxElements = MAX_ELEMENTS } = limits;
  const parser = declareHandlers(new SaxesParser(PARSER_OPTIONS));
  // Only the innermost element can still be a leaf, so only its text is kept.
  let depth = 0;
  let elements = 0;
  let text = '';
  let blank = true;
  let leaf = false;
  let attributes = 0;

  const where = (): string => whereIn(parser);
  const addText = (more: string): void => {
    progress.unfinished = 0;
    // Outside the root only blanks get here; the parser itself refuses the rest.
    if (depth > 0) text += more;
    blank &&= !BEYOND_BLANKS.test(more);
    if (!blank && text.length > LONGEST_TEXT) {
      throw tooLarge(`An element holds more than ${LONGEST_TEXT} characters of text (${where()}).`);
    }
  };
  const clear = (): void => {
    text = '';
    blank = true;
  };
  const refuseMixed = (): void => {
    if (!blank) {
      throw new XmlError(`An element holds text beside child elements (${where()}).`);
    }
    clear();
  };

  parser.on('error', ({ message }) => {
    // The message begins with line:column and quotes the document, where a name can have any length.
    throw new XmlError(`The document is not well-formed XML: ${message.slice(0, MAX_QUOTED)}`);
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
      throw new XmlError('The document declares another encoding than UTF-8.');
    }
  });
  parser.on('doctype', () => {
    throw new XmlError(`A DOCTYPE is not accepted (${where()}).`);
  });
  parser.on('comment', () => {
    progress.unfinished = 0;
  });
  parser.on('processinginstruction', () => {
    progress.unfinished = 0;
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > MAX_ATTRIBUTES) throw tooLarge(`A tag has more than ${MAX_ATTRIBUTES} attributes (${where()}).`);
  });
  parser.on('opentagstart', () => {
    progress.inTag = true;
  });
  parser.on('opentag', ({ name, attributes: found }) => {
    progress.unfinished = 0;
    progress.inTag = false;
    attributes = 0;
    elements += 1;
    if (elements > maxElements) throw tooLarge(`The document has more than ${maxElements} elements.`);
    if (depth >= maxDepth) {
      throw new XmlError(`The document is nested deeper than ${maxDepth} elements (${where()}).`);
    }
    refuseMixed();
    depth += 1;
    leaf = true;
    handlers.open?.(name, depth, found);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', ({ name }) => {
    progress.unfinished = 0;
    if (!leaf) refuseMixed();
    handlers.close?.(name, depth, text);
    depth -= 1;
    progress.ended = depth === 0;
    leaf = false;
    clear();
  });
  return parser;
}
