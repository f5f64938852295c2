import { JSON_BODY, objectsUnder } from '../cos/index.ts';
import { numberText } from '../scan/index.ts';
import { mapLimited } from '../tasks/index.ts';
import * as documents from './documents.ts';
import type { VerifyItem, VerifyJob, VerifyRange, VerifyStop } from './documents.ts';
import { isVerifyId, VERIFIES, type VerifyName } from './names.ts';
import { markDone, type Bucket } from './starts.ts';
import { decodeState, encodeState, type Reader } from '../shape/index.ts';

/** A part lists a thousand keys, and a key of 850 control characters takes 5 kB in JSON. */
const LARGEST_DOCUMENT = 8 * 2 ** 20;
const LANES = 32;

/** The state of one verification on the state bucket. A range has one writer at a time: the run that holds its lease. */
export class VerifyStore {
  readonly name: VerifyName;
  readonly #deps: Bucket;
  readonly #own: string;

  constructor({ cos, state }: Bucket, { bucket, id }: VerifyName) {
    this.#deps = { cos, state };
    this.name = { bucket, id };
    this.#own = `${VERIFIES}${bucket}/${id}/`;
  }

  async job(): Promise<VerifyJob | undefined> {
    return this.#read(`${this.#own}job`, documents.verifyJob);
  }

  async putJob(job: VerifyJob): Promise<void> {
    await this.#write(`${this.#own}job`, job);
  }

  async range(number: number): Promise<VerifyRange | undefined> {
    return this.#read(`${this.#own}ranges/${numberText(number)}`, documents.verifyRange);
  }

  /** The ranges whose state is written. */
  async ranges(count: number): Promise<readonly VerifyRange[]> {
    const numbers = Array.from({ length: count }, (_, number) => number);
    const found = await mapLimited(numbers, LANES, (number) => this.range(number));
    return found.filter((one) => one !== undefined);
  }

  /** Writes a range. The mark of a done range comes last: a range with the mark is complete. */
  async putRange(range: VerifyRange): Promise<void> {
    await this.#write(`${this.#own}ranges/${numberText(range.number)}`, range);
    if (range.done !== null) await markDone(this.#deps, this.name, range.number);
  }

  async part(range: number, part: number): Promise<readonly VerifyItem[]> {
    return (await this.#read(this.#partName(range, part), documents.verifyList)) ?? [];
  }

  async putPart(range: number, part: number, items: readonly VerifyItem[]): Promise<void> {
    await this.#write(this.#partName(range, part), items);
  }

  async stopped(): Promise<VerifyStop | undefined> {
    return this.#read(`${this.#own}stopped`, documents.verifyStop);
  }

  async putStop(stop: VerifyStop): Promise<void> {
    await this.#write(`${this.#own}stopped`, stop);
  }

  #partName(range: number, part: number): string {
    return `${this.#own}list/${numberText(range)}/${numberText(part)}`;
  }

  async #read<T>(name: string, shape: Reader<T>) {
    const object = await this.#deps.cos.getObject(this.#deps.state, name, { limit: LARGEST_DOCUMENT });
    return object && decodeState(name, object.body, shape);
  }

  async #write(name: string, document: object): Promise<void> {
    await this.#deps.cos.putObject(this.#deps.state, name, encodeState(document), JSON_BODY);
  }
}

/** IDs of the verifications of a bucket, oldest first, with the names of all objects of each. */
export async function keptVerifies(
  { cos, state }: Bucket,
  bucket: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const prefix = `${VERIFIES}${bucket}/`;
  const found = new Map<string, string[]>();
  for await (const { key } of objectsUnder(cos, state, prefix)) {
    const [id = ''] = key.slice(prefix.length).split('/', 1);
    if (!isVerifyId(id)) continue;
    const names = found.get(id);
    if (names === undefined) found.set(id, [key]);
    else names.push(key);
  }
  return found;
}
