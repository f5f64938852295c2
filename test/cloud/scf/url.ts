import { randomUuid } from './ids.ts';
import { MAX_SYNC_EVENT } from './limits.ts';
import { urlAnswer, urlEvent } from './url-event.ts';
import type { FunctionRecord, Registry } from './registry.ts';
import type { CloudRequest, CloudResponse } from '../types.ts';
import type { Domains, Invocation, Scf, ScfSwitches, Trigger } from './types.ts';

type HttpTrigger = Extract<Trigger, { type: 'http' }>;

export interface UrlOptions {
  readonly registry: Registry;
  readonly domains: Pick<Domains, 'at'>;
  readonly switches: ScfSwitches;
  readonly random: () => number;
  readonly run: (record: FunctionRecord, trigger: HttpTrigger, event: string) => Promise<Invocation>;
}

/** The HTTP front of functions. It handles no CORS itself: by default function URLs leave it to the function. */
export function createUrls({
  registry,
  domains,
  switches,
  random,
  run,
}: UrlOptions): Pick<Scf, 'serve' | 'serveFunction' | 'serveDomain' | 'functionUrls'> {
  const urls = () =>
    registry
      .all()
      .flatMap((record) => record.triggers.map((trigger) => ({ record, trigger })))
      .filter((entry): entry is { record: FunctionRecord; trigger: HttpTrigger } => entry.trigger.type === 'http');

  async function answer(
    entry: { record: FunctionRecord; trigger: HttpTrigger } | undefined,
    request: CloudRequest,
  ): Promise<CloudResponse> {
    const refuse = (status: number, errorMessage: string): CloudResponse => ({
      status,
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ errorCode: -1, errorMessage, requestId: randomUuid(random), statusCode: status }),
    });
    if (!entry || !entry.trigger.enabled) return refuse(404, 'no function has this address');
    // Its signature would need the Authorization header, which COS clients fill with their own.
    if (entry.trigger.auth === 'CAM') return refuse(401, 'this function URL takes CAM signatures only');
    // The limit is on the event, which may be longer than the body: JSON writes a NUL in six characters.
    const body = await readBody(request.body);
    const event = body === undefined ? undefined : JSON.stringify(urlEvent(request, body, switches));
    if (event === undefined || Buffer.byteLength(event) > MAX_SYNC_EVENT) {
      return refuse(406, 'Request too large: 6 MB at most');
    }
    return urlAnswer(await run(entry.record, entry.trigger, event));
  }

  return {
    serve: (request) => {
      const host = hostOf(request);
      return answer(
        urls().find(({ trigger }) => trigger.host === host),
        request,
      );
    },
    serveFunction: (id, request) => {
      const record = registry.get(id);
      return answer(
        urls().find((entry) => entry.record === record),
        request,
      );
    },
    serveDomain: (request) => {
      const found = domains.at(hostOf(request), request.rawPath);
      if (found === undefined) return undefined;
      const { route } = found;
      const record = route && registry.find(route);
      return answer(
        urls().find((entry) => entry.record === record && entry.trigger.qualifier === route?.qualifier),
        request,
      );
    },
    functionUrls: () => urls().map(({ record, trigger }) => ({ id: record.id, host: trigger.host })),
  };
}

const hostOf = ({ host }: CloudRequest): string => host.replace(/:\d*$/, '').toLowerCase();

/** Undefined when it is too large. */
async function readBody(body: CloudRequest['body']): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_SYNC_EVENT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
