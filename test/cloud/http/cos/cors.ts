import { CosFailure } from '../../cos/index.ts';
import type { Core, CorsRule } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import type { Pairs } from './answers.ts';
import type { Parsed } from './call.ts';

/**
 * A browser's preflight, answered by the rules of the bucket. Never signed. Throws NoSuchBucket, and AccessForbidden
 * (403) where no rule allows the call.
 */
export function preflight(core: Core, call: Parsed): CloudResponse {
  const { headers } = call;
  const [origin, method] = [headers.get('origin'), headers.get('access-control-request-method')];
  const asked = (headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const rules = call.bucket === '' ? [] : (core.getSettings(call.bucket, call.region).cors ?? []);
  const rule =
    origin === undefined || method === undefined
      ? undefined
      : rules.find((candidate) => isFor(candidate, origin, method) && asked.every((name) => takes(candidate, name)));
  if (rule === undefined || origin === undefined) throw forbidden();
  return {
    status: 200,
    headers: [
      ...allowed(rule, origin),
      ...(asked.length === 0 ? [] : [['Access-Control-Allow-Headers', asked.join(',')] as const]),
    ],
  };
}

/** On errors too: without these headers a page cannot read the status of a refusal. Nothing without a rule. */
export function corsHeaders(core: Core, call: Parsed): Pairs {
  const origin = call.headers.get('origin');
  if (origin === undefined || call.bucket === '' || call.method === 'OPTIONS') return [];
  const rule = rulesOf(core, call).find((candidate) => isFor(candidate, origin, call.method));
  return rule === undefined ? [] : allowed(rule, origin);
}

function rulesOf(core: Core, { bucket, region }: Parsed): readonly CorsRule[] {
  try {
    return core.getSettings(bucket, region).cors ?? [];
  } catch (error) {
    if (error instanceof CosFailure) return [];
    throw error;
  }
}

function allowed(rule: CorsRule, origin: string): Pairs {
  const everyone = rule.origins.includes('*');
  return [
    ['Access-Control-Allow-Origin', everyone ? '*' : origin],
    ...(everyone ? [] : [['Access-Control-Allow-Credentials', 'true'] as const]),
    ['Access-Control-Allow-Methods', rule.methods.join(',')],
    ...(rule.exposed.length === 0 ? [] : [['Access-Control-Expose-Headers', rule.exposed.join(',')] as const]),
    ...(rule.maxAgeSeconds === undefined ? [] : [['Access-Control-Max-Age', String(rule.maxAgeSeconds)] as const]),
    ['Vary', 'Origin'],
  ];
}

const isFor = ({ origins, methods }: CorsRule, origin: string, method: string): boolean =>
  methods.includes(method) && origins.some((pattern) => matches(pattern, origin));

const takes = ({ headers }: CorsRule, name: string): boolean =>
  headers.some((pattern) => matches(pattern.toLowerCase(), name.toLowerCase()));

/** `*` stands for any characters, once. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

const forbidden = (): CosFailure =>
  new CosFailure(
    'AccessForbidden',
    403,
    'CORSResponse: This CORS request is not allowed. No CORS rule of the bucket lets in its origin, method and headers.',
  );
