import type { CloudRequest, CloudResponse } from '../../types.ts';
import type { Pairs } from './answers.ts';

// COS answers browsers by the CORS rules of the bucket. The local cloud has no such rules and lets every page in, as a
// bucket with one rule for everything would: what matters here is what a browser client sends and reads.
const METHODS = 'GET, HEAD, PUT, POST, DELETE';
const MAX_AGE_SECONDS = '600';

export function preflight(request: CloudRequest): CloudResponse {
  const asked = header(request, 'access-control-request-headers');
  return {
    status: 200,
    headers: [
      ['Access-Control-Allow-Methods', METHODS],
      ...(asked === undefined ? [] : [['Access-Control-Allow-Headers', asked] as const]),
      ['Access-Control-Max-Age', MAX_AGE_SECONDS],
    ],
  };
}

/** Also on errors: without it a page cannot read the status of a refusal. */
export function corsHeaders(request: CloudRequest, answer: Pairs): Pairs {
  const origin = header(request, 'origin');
  if (origin === undefined) return [];
  // `*` would not expose headers to a request with credentials, so each one is named.
  const exposed = [...new Set(answer.map(([name]) => name.toLowerCase()))].join(', ');
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Expose-Headers', exposed],
    ['Vary', 'Origin'],
  ];
}

function header(request: CloudRequest, name: string): string | undefined {
  return request.headers.find(([other]) => other === name)?.[1];
}
