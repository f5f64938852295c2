import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { nodeHash } from '../../shared/cos/index.ts';
import { createRequestBuilder } from '../../shared/cos/request.ts';
import { CONTENT_HEADERS } from '../../shared/cos/types.ts';
import { KEPT } from '../cloud/http/cos/attributes.ts';
import { CARRIED } from '../cloud/job/content.ts';
import { planStories } from '../cloud/job/stories.ts';

/** No official SDK signs it, but COS accepts it. */
const UNSIGNED = ['content-language'];

describe('the headers that a replica carries', () => {
  it("are those that COS keeps and that the judges compare, by lists that show what the product's list lacks", () => {
    expect([...CONTENT_HEADERS].toSorted()).toEqual([...KEPT].toSorted());
    expect([...CONTENT_HEADERS].toSorted()).toEqual([...CARRIED].toSorted());
  });

  it('are all uploaded by the main job', () => {
    const files = Array.from({ length: 40 }, (_, n) => ({ path: `/f${n}`, key: `f${n}`, size: n }));
    const steps = planStories(files).flatMap((story) => story.steps);
    const sent = new Set(steps.flatMap((step) => (step.kind === 'put' ? Object.keys(step.attributes.headers) : [])));
    expect(CARRIED.filter((name) => !sent.has(name))).toEqual([]);
  });

  it('have a sample in the tests of replicas and in the contract of stores', () => {
    const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8').toLowerCase();
    const samples = [text('headers.test.ts'), text('../contract/objects.test.ts')];
    expect(CARRIED.filter((name) => !samples.every((sample) => sample.includes(name)))).toEqual([]);
  });

  it('are named on the page about replicas', () => {
    const page = readFileSync(new URL('../../shared/replication/replicas.md', import.meta.url), 'utf8').toLowerCase();
    expect(CARRIED.filter((name) => !page.includes(name))).toEqual([]);
  });

  it('are all signed, except those that no SDK signs', () => {
    const credentials = () => ({ secretId: 'i', secretKey: 'k' });
    const { headers } = createRequestBuilder({ credentials, hash: nodeHash, now: () => 1_800_000_000_000 }).build({
      method: 'PUT',
      place: { bucket: 'b-1250000000', region: 'ap-guangzhou' },
      key: 'k',
      headers: CONTENT_HEADERS.map((name) => [name, 'x']),
    } as never);
    const authorization = headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
    const signed = /q-header-list=([^&]*)/.exec(authorization)?.[1]?.split(';') ?? [];
    expect(CONTENT_HEADERS.filter((name) => !signed.includes(name))).toEqual(UNSIGNED);
  });
});
