import { mayManage } from '../../../shared/access/index.ts';
import type { ApiKey } from '../../../shared/access/index.ts';
import { ServiceError } from '../../../shared/errors/index.ts';
import type { HttpRequest, HttpResponse } from '../../../shared/scf/index.ts';
import { familiesOf } from '../metrics/families.ts';
import type { SourceStatus } from '../metrics/families.ts';
import { TEXT_TYPE, writeText } from '../metrics/text.ts';
import { bucketOfHost } from '../request/bucket.ts';
import { refuse } from '../response/errors.ts';
import { bucketStatusOf } from './bucket-status.ts';
import type { CallOptions } from './verb.ts';

const PATH = '/metrics';
/** Most bytes of an answer; the platform passes on 6 MB. */
const LARGEST_ANSWER = 5_000_000;

/** Whether a request is for the metrics. A request for an object of that name has a sub-resource. */
export function asksForMetrics({ method, paths, queries }: HttpRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    queries.every((query) => query.every(([name]) => !name.startsWith('replication'))) &&
    paths.includes(PATH)
  );
}

/**
 * GET of `/metrics`: the status of all sources that the key may manage, or of the one that the host names, in the text
 * format of Prometheus. An unreadable source hides no other. Throws `ServiceError` `InvalidRequest` (400) if the answer
 * would be too large.
 */
export async function getMetrics(
  { host }: HttpRequest,
  sender: ApiKey,
  options: CallOptions,
  log: (fields: Readonly<Record<string, unknown>>) => void,
): Promise<HttpResponse> {
  const named = bucketOfHost(host);
  const sources: SourceStatus[] = [];
  // The sources are read one after the other, to spare the state bucket.
  for (const source of options.listed.sources) {
    const { bucket } = source;
    if (!mayManage(sender, bucket) || (named ?? bucket) !== bucket) continue;
    try {
      sources.push({ source: bucket, status: await bucketStatusOf({ source, sender }, options) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      log({ source: bucket, unreadable: error.code, error });
      sources.push({ source: bucket, status: undefined });
    }
  }
  return { status: 200, headers: { 'Content-Type': TEXT_TYPE, 'Cache-Control': 'no-store' }, body: textOf(sources) };
}

function textOf(sources: readonly SourceStatus[]): string {
  for (const withRules of [true, false]) {
    const text = writeText(familiesOf(sources, withRules));
    if (Buffer.byteLength(text) <= LARGEST_ANSWER) return text;
  }
  throw refuse(
    400,
    'InvalidRequest',
    'The metrics of so many buckets are too large for one answer: use keys for fewer.',
  );
}
