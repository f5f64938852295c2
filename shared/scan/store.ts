import { JSON_BODY, objectsUnder, putNew, type ObjectEntry } from '../cos/index.ts';
import { digestOfTarget, mapLimited, type StateDeps } from '../tasks/index.ts';
import * as documents from './documents.ts';
import type { Preparation, RangeDocument, ScanDocument, ScanRequest, ScanResult } from './documents.ts';
import { Ledger } from './ledger.ts';
import * as names from './names.ts';
import type { Pair } from './names.ts';
import { decodeState, encodeState, type Reader } from '../shape/index.ts';

/** Most bytes of a ledger that is read. A key takes twelve bytes, so one of a million keys has 12 MB. */
const LARGEST_LEDGER = 64 * 2 ** 20;
const LARGEST_DOCUMENT = 8 * 2 ** 20;
const LANES = 32;

/** The start of a run: the scan and the unit. */
export interface Note {
  readonly name: string;
  /** When the run was started, in ms since 1970 by the state bucket's clock. */
  readonly written: number;
}

/**
 * The state of the scans of one pair on the state bucket. Each object has one writer: `schedule` writes the scan, the
 * run that holds a range writes the range, and the API writes requests and pauses.
 */
export class PairStore {
  readonly pair: Pair;
  readonly digest: string;
  readonly #deps: Pick<StateDeps, 'cos' | 'state' | 'hash'>;

  constructor(deps: Pick<StateDeps, 'cos' | 'state' | 'hash'>, pair: Pair) {
    this.#deps = deps;
    this.pair = { source: pair.source, destination: pair.destination };
    this.digest = names.digestOfPair(pair, deps.hash);
  }

  async scan(): Promise<ScanDocument | undefined> {
    return this.#read(names.scanName(this.digest), documents.scanDocument);
  }

  async putScan(scan: ScanDocument): Promise<void> {
    await this.#write(names.scanName(this.digest), scan);
  }

  async preparation(scan: string): Promise<Preparation | undefined> {
    return this.#read(names.preparationName(this.digest, scan), documents.preparation);
  }

  async putPreparation(preparation: Preparation): Promise<void> {
    await this.#write(names.preparationName(this.digest, preparation.scan), preparation);
  }

  /** Reads a range, open or done. A range that was just finished may exist as both; then it is done. */
  async range(scan: string, number: number): Promise<RangeDocument | undefined> {
    const unit = names.unitOfRange(number);
    const done = await this.#read(`${names.donePrefix(this.digest, scan)}${unit}`, documents.rangeDocument);
    return done ?? this.#read(`${names.openPrefix(this.digest, scan)}${unit}`, documents.rangeDocument);
  }

  /** Writes the range, unless an open one with its number exists, which stays as it is. */
  async createRange(range: RangeDocument): Promise<void> {
    const name = `${names.openPrefix(this.digest, range.scan)}${names.unitOfRange(range.number)}`;
    await putNew(this.#deps.cos, this.#deps.state, name, encodeState(range), JSON_BODY);
  }

  async putRange(range: RangeDocument): Promise<void> {
    await this.#write(`${names.openPrefix(this.digest, range.scan)}${names.unitOfRange(range.number)}`, range);
  }

  /** Writes the range among the finished ones; from that moment on it counts as done. */
  async finishRange(range: RangeDocument): Promise<void> {
    const unit = names.unitOfRange(range.number);
    await this.#write(`${names.donePrefix(this.digest, range.scan)}${unit}`, range);
    await this.#deps.cos.deleteObject(this.#deps.state, `${names.openPrefix(this.digest, range.scan)}${unit}`);
  }

  /** The numbers of the open ranges. */
  async openRanges(scan: string): Promise<readonly number[]> {
    return this.#numbers(names.openPrefix(this.digest, scan));
  }

  async doneRanges(scan: string): Promise<readonly number[]> {
    return this.#numbers(names.donePrefix(this.digest, scan));
  }

  async readRanges(scan: string, numbers: readonly number[]): Promise<readonly RangeDocument[]> {
    const read = await mapLimited(numbers, LANES, (number) => this.range(scan, number));
    return read.filter((one) => one !== undefined);
  }

  /** At most this many of the keys that split the last complete scan of the whole pair, in order. */
  async cuts(most: number): Promise<readonly string[]> {
    const scan = await this.scan();
    for (const id of scan === undefined ? [] : [scan.prefix === '' ? scan.id : null, scan.base]) {
      const prepared = id === null ? undefined : await this.preparation(id);
      if (id === null || prepared?.done !== true) continue;
      const step = Math.ceil(prepared.ranges / most);
      const numbers = Array.from({ length: Math.floor(prepared.ranges / step) }, (_, i) => (i + 1) * step - 1);
      return (await this.readRanges(id, numbers)).flatMap(({ upTo }) => (upTo === null ? [] : [upTo]));
    }
    return [];
  }

  async ledger(name: string): Promise<Ledger> {
    const object = await this.#deps.cos.getObject(this.#deps.state, name, { limit: LARGEST_LEDGER });
    return object === undefined ? new Ledger() : Ledger.decode(object.body);
  }

  ledgerName(scan: string, number: number): string {
    return names.ledgerName(this.digest, scan, number);
  }

  async putLedger(name: string, ledger: Ledger): Promise<void> {
    const { cos, state } = this.#deps;
    await cos.putObject(state, name, ledger.encode(), { contentType: 'application/octet-stream' });
  }

  async result(): Promise<ScanResult | undefined> {
    return this.#read(names.resultName(this.digest), documents.scanResult);
  }

  async putResult(result: ScanResult): Promise<void> {
    await this.#write(names.resultName(this.digest), result);
  }

  async request(): Promise<ScanRequest | undefined> {
    return this.#read(`${names.ASKED}${this.digest}`, documents.scanRequest);
  }

  async putRequest(request: ScanRequest): Promise<void> {
    await this.#write(`${names.ASKED}${this.digest}`, request);
  }

  async dropRequest(): Promise<void> {
    await this.#deps.cos.deleteObject(this.#deps.state, `${names.ASKED}${this.digest}`);
  }

  async paused(): Promise<documents.Pause | undefined> {
    return this.#read(`${names.PAUSED}${this.digest}`, documents.pause);
  }

  async putPause(since: number): Promise<void> {
    await this.#write(`${names.PAUSED}${this.digest}`, { since });
  }

  async dropPause(): Promise<void> {
    await this.#deps.cos.deleteObject(this.#deps.state, `${names.PAUSED}${this.digest}`);
  }

  /** Starts a run for a unit of the scan. */
  async start(scan: string, unit: string): Promise<void> {
    await this.#write(names.noteName(this.digest, unit), { ...this.pair, scan });
  }

  /** Whether the run that the start of this unit began has not ended. A killed run seems to be in progress. */
  async isAtWork(unit: string): Promise<boolean> {
    const digest = digestOfTarget({ ...this.pair, key: names.runOfUnit(unit) }, this.#deps.hash);
    const prefix = `${names.RANGE_LEASES}${digest}/`;
    const { entries } = await this.#deps.cos.listObjects(this.#deps.state, { prefix, maxKeys: 1 });
    return entries.length > 0;
  }

  async dropNote(unit: string): Promise<void> {
    await this.#deps.cos.deleteObject(this.#deps.state, names.noteName(this.digest, unit));
  }

  /** Units whose run has been started and has not ended. */
  async notes(): Promise<ReadonlyMap<string, Note>> {
    const found = new Map<string, Note>();
    for await (const { key, lastModified } of this.#under(`${names.SCANS}${this.digest}/`)) {
      const unit = names.readNoteName(key)?.unit;
      if (unit !== undefined) found.set(unit, { name: key, written: lastModified });
    }
    return found;
  }

  /** Removes the objects of scans that are not in `keep`. */
  async removeOthers(keep: readonly string[]): Promise<void> {
    const own = `${names.PAIRS}${this.digest}/`;
    const stale: string[] = [];
    for await (const { key } of this.#under(own)) {
      const scan = /^([^/]+)\//.exec(key.slice(own.length))?.[1];
      if (scan !== undefined && !keep.includes(scan)) stale.push(key);
    }
    await mapLimited(stale, LANES, (key) => this.#deps.cos.deleteObject(this.#deps.state, key));
  }

  async #numbers(prefix: string): Promise<readonly number[]> {
    const found: number[] = [];
    for await (const { key } of this.#under(prefix)) {
      const text = key.slice(prefix.length);
      if (/^\d{6}$/.test(text)) found.push(Number(text));
    }
    return found;
  }

  #under(prefix: string): AsyncGenerator<ObjectEntry> {
    return objectsUnder(this.#deps.cos, this.#deps.state, prefix);
  }

  async #read<T>(name: string, shape: Reader<T>) {
    const object = await this.#deps.cos.getObject(this.#deps.state, name, { limit: LARGEST_DOCUMENT });
    return object && decodeState(name, object.body, shape);
  }

  async #write(name: string, document: object): Promise<void> {
    await this.#deps.cos.putObject(this.#deps.state, name, encodeState(document), JSON_BODY);
  }
}
