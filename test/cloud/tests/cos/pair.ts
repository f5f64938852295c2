import { strict as assert } from 'node:assert';
import * as fc from 'fast-check';
import { timeOfVersionId } from '../../cos/index.ts';
import { ReferenceBucket } from './reference.ts';
import type { Query, Row } from './reference.ts';
import { BUCKET, bytes, failure, plain, REGION, setup, textOf } from './setup.ts';
import type { Setup } from './setup.ts';

const KEYS = ['a', 'a/', 'a/b', 'a/b/c', 'a!', 'b', 'b/1', 'é', '\uFB01', '\u{1F600}'];
const key = fc.constantFrom(...KEYS);
/**
 * The number of a version ID among all that were ever seen, counted from the newest; undefined is the current version.
 */
const which = fc.option(fc.nat(12), { nil: undefined });
const query = fc.record({
  prefix: fc.constantFrom('', '', 'a', 'a/', 'b'),
  delimiter: fc.constantFrom('', '/', '!'),
  maxKeys: fc.integer({ min: 1, max: 6 }),
});

export const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('upload' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy' as const), key, from: key, which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('get' as const), key, which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tag' as const), key, which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('status' as const), enable: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(700) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('list' as const), query }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The core and the reference side by side. */
export class Pair {
  readonly bench: Setup;
  readonly reference = new ReferenceBucket();
  readonly #lag: number;
  readonly #seen: string[] = ['null'];
  #written = 0;

  constructor(lag: number) {
    this.bench = setup(undefined, { listingLag: lag });
    this.#lag = lag;
  }

  async take(step: Step): Promise<void> {
    const { core, clock, context } = this.bench;
    switch (step.do) {
      case 'put': {
        const text = this.#text();
        this.#wrote(this.bench.put(step.key, text).versionId, { key: step.key, marker: false, text });
        return;
      }
      case 'upload': {
        const text = this.#text();
        const uploadId = core.initiateMultipart(BUCKET, REGION, step.key, plain, context());
        const part = { uploadId, partNumber: 1, blob: bytes(text) };
        const parts = [{ partNumber: 1, etag: core.uploadPart(BUCKET, REGION, step.key, part) }];
        const { versionId } = core.completeMultipart(BUCKET, REGION, step.key, { uploadId, parts }, context());
        this.#wrote(versionId, { key: step.key, marker: false, text });
        return;
      }
      case 'copy': {
        this.#copy(step.key, step.from, this.#id(step.which));
        return;
      }
      case 'delete': {
        this.#delete(step.key, this.#id(step.which));
        return;
      }
      case 'get': {
        const versionId = this.#id(step.which);
        const row = this.reference.find(step.key, versionId);
        const get = () => this.bench.get(step.key, versionId);
        if (row === undefined || row.marker) this.#expectMissing(get, row, versionId);
        else assert.equal(await textOf(get().blob), row.text);
        return;
      }
      case 'tag': {
        const versionId = this.#id(step.which);
        const row = this.reference.find(step.key, versionId);
        const tag = () => core.putTags(BUCKET, REGION, step.key, versionId, [['k', 'v']]);
        if (row === undefined || row.marker) this.#expectMissing(tag, row, versionId);
        else {
          const { versionId, attributes } = tag();
          assert.deepEqual([versionId, attributes.tags], [row.id, [['k', 'v']]]);
        }
        return;
      }
      case 'status': {
        this.reference.status = step.enable ? 'Enabled' : 'Suspended';
        this.bench.versioning(this.reference.status);
        return;
      }
      case 'wait': {
        clock.ms += step.ms;
        return;
      }
      case 'list':
        await this.compare(step.query);
    }
  }

  /** Both listings, page by page, against the reference's in one piece. */
  async compare(query: Query): Promise<void> {
    const at = this.bench.clock.ms - this.#lag;
    const texts = (lines: readonly { text: string }[]): string[] => lines.map((line) => line.text);
    assert.deepEqual(await this.#versions(query), texts(this.reference.versions(at, query)));
    assert.deepEqual(await this.#objects(query), texts(this.reference.objects(at, query)));
  }

  #copy(key: string, from: string, versionId: string | undefined): void {
    const { core, context } = this.bench;
    const row = this.reference.find(from, versionId);
    const source = { bucket: BUCKET, region: REGION, key: from, ...(versionId !== undefined && { versionId }) };
    const how = { replaceMetadata: true, replaceTags: false, attributes: plain };
    const copy = () => core.copyObject(BUCKET, REGION, key, source, how, context());
    if (row?.marker === true && versionId !== undefined) assert.equal(failure(copy).status, 400);
    else if (row === undefined || row.marker) this.#expectMissing(copy, row, versionId);
    else {
      const { version, source } = copy();
      assert.equal(source.versionId, row.id);
      this.#wrote(version.versionId, { key, marker: false, text: row.text });
    }
  }

  #delete(key: string, versionId: string | undefined): void {
    const row = this.reference.find(key, versionId);
    const answer = this.bench.remove(key, versionId);
    if (versionId === undefined && this.reference.status !== undefined) {
      assert.equal(answer.deleteMarker, true);
      this.#wrote(answer.versionId ?? '', { key, marker: true, text: '' });
      return;
    }
    assert.deepEqual(answer, { versionId, deleteMarker: row?.marker ?? false });
    if (row !== undefined) this.reference.erase(this.bench.clock.ms, row);
  }

  #wrote(id: string, row: Omit<Row, 'id'>): void {
    if (this.reference.status === 'Enabled') {
      const newest = Math.max(0, ...this.#seen.map((seen) => timeOfVersionId(seen) ?? 0));
      assert.ok((timeOfVersionId(id) ?? 0) > newest);
    } else assert.equal(id, 'null');
    this.reference.write(this.bench.clock.ms, { ...row, id });
    this.#seen.push(id);
  }

  #expectMissing(call: () => unknown, row: Row | undefined, versionId: string | undefined): void {
    const expected = row === undefined && versionId !== undefined ? 'NoSuchVersion' : 'NoSuchKey';
    const { code, status, deleteMarker } = failure(call);
    assert.deepEqual(
      { code, status, deleteMarker },
      { code: expected, status: 404, deleteMarker: row?.marker ?? false },
    );
  }

  #id(which: number | undefined): string | undefined {
    return which === undefined ? undefined : this.#seen.at(-1 - (which % this.#seen.length));
  }

  #text(): string {
    this.#written += 1;
    return `text ${this.#written}`;
  }

  async #versions(query: Query): Promise<string[]> {
    const lines: string[] = [];
    for (let keyMarker = '', versionIdMarker = ''; ;) {
      const page = this.bench.versions({ ...query, keyMarker, versionIdMarker });
      const entries = page.entries.map(async ({ key, deleteMarker, blob, isLatest }) => ({
        key,
        text: `${key} ${deleteMarker ? 'marker' : await textOf(blob)}${isLatest ? '+' : ''}`,
      }));
      lines.push(...merge(await Promise.all(entries), page.commonPrefixes, query, page.truncated));
      if (!page.truncated) return lines;
      ({ nextKeyMarker: keyMarker = '', nextVersionIdMarker: versionIdMarker = '' } = page);
    }
  }

  async #objects(query: Query): Promise<string[]> {
    const lines: string[] = [];
    for (let marker = ''; ;) {
      const page = this.bench.list({ ...query, marker });
      const entries = page.entries.map(async ({ key, blob }) => ({ key, text: `${key} ${await textOf(blob)}` }));
      lines.push(...merge(await Promise.all(entries), page.commonPrefixes, query, page.truncated));
      if (!page.truncated) return lines;
      marker = page.nextMarker ?? '';
    }
  }
}

/** The lines of a page in order of keys; a truncated page must be full. */
function merge(
  entries: readonly { key: string; text: string }[],
  prefixes: readonly string[],
  { maxKeys }: Query,
  truncated: boolean,
): string[] {
  const lines = [...entries, ...prefixes.map((prefix) => ({ key: prefix, text: `${prefix}*` }))];
  assert.ok(lines.length <= maxKeys);
  if (truncated) assert.equal(lines.length, maxKeys);
  return lines.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))).map((line) => line.text);
}
