import { BodyCutShort } from '../../connection.ts';
import { malformedForm } from './refusals.ts';

/** Bytes of all fields before the file, with their headers. */
const LARGEST_FIELDS = 256 * 1024;
const MOST_FIELDS = 1000;

export interface Form {
  /**
   * By name in lower case; values are Latin-1, one character per byte, as in headers. The first field of a name counts.
   */
  readonly fields: ReadonlyMap<string, string>;
  /** The name in the client's form; '' if it gives none. */
  readonly fileName: string;
  /** To be read to its end once; throws `BodyCutShort` where the form ends within the file. */
  readonly file: AsyncIterable<Uint8Array>;
}

/**
 * Reads `multipart/form-data` up to the file, which COS wants last, and passes the file on as it arrives. Throws
 * MalformedPOSTRequest.
 */
export async function readForm(body: AsyncIterable<Uint8Array>, contentType: string): Promise<Form> {
  const boundary = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (boundary === null) throw malformedForm('The body is not multipart/form-data with a boundary.');
  const input = createInput(body);
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`, 'latin1');
  const fields = new Map<string, string>();
  let budget = LARGEST_FIELDS;
  const take = async (until: Buffer): Promise<Buffer> => {
    const part = await input.until(until, budget);
    budget -= part.length;
    return part;
  };
  // The first delimiter may be at the very beginning, without a line break before it.
  input.unread(Buffer.from('\r\n'));
  await take(delimiter);
  for (let count = 0; count < MOST_FIELDS; count += 1) {
    const [name, fileName] = nameOf((await take(HEAD_END)).toString('latin1'));
    if (name === 'file') return { fields, fileName, file: input.stream(delimiter) };
    const value = (await take(delimiter)).toString('latin1');
    if (!fields.has(name)) fields.set(name, value);
  }
  throw malformedForm(`A form has at most ${MOST_FIELDS} fields.`);
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Name and file name of one part, from the text between its delimiter and its content. */
function nameOf(head: string): readonly [string, string] {
  if (head.startsWith('--')) throw malformedForm('The form has no file.');
  const disposition = /^\r\ncontent-disposition:\s*form-data\s*(;[^\r\n]*)$/im.exec(head)?.[1] ?? '';
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined || name === '') throw malformedForm('A part of the form has no name.');
  return [name.toLowerCase(), /;\s*filename="([^"]*)"/i.exec(disposition)?.[1] ?? ''];
}

function createInput(body: AsyncIterable<Uint8Array>) {
  const chunks = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done) return false;
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  };

  return {
    unread: (bytes: Buffer): void => {
      held = Buffer.concat([bytes, held]);
    },

    /** Everything before a delimiter, which is consumed too. */
    async until(mark: Buffer, limit: number): Promise<Buffer> {
      for (let from = 0; ;) {
        const at = held.indexOf(mark, from);
        // However the bytes arrive: the delimiter may be in the very piece that passes the limit.
        if ((at < 0 ? held.length : at) > limit)
          throw malformedForm(`The fields of the form are larger than ${LARGEST_FIELDS} bytes.`);
        if (at >= 0) {
          const part = held.subarray(0, at);
          held = held.subarray(at + mark.length);
          return part;
        }
        from = Math.max(0, held.length - mark.length + 1);
        if (!(await more())) throw malformedForm('The form ends before its file.');
      }
    },

    /** The same bytes as they arrive; all bytes after the delimiter are read and dropped. */
    async *stream(mark: Buffer): AsyncGenerator<Uint8Array> {
      for (;;) {
        const at = held.indexOf(mark);
        if (at >= 0) {
          if (at > 0) yield held.subarray(0, at);
          held = Buffer.alloc(0);
          for (let next = await chunks.next(); !next.done;) next = await chunks.next();
          return;
        }
        // A possible beginning of the delimiter waits for the rest of it.
        const sure = held.length - mark.length + 1;
        if (sure > 0) {
          yield held.subarray(0, sure);
          held = held.subarray(sure);
        }
        if (!(await more())) throw new BodyCutShort();
      }
    },
  };
}
