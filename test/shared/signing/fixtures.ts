import { readFileSync, readdirSync } from 'node:fs';
import { splitTarget } from '../../../shared/signing/index.ts';
import type { Pairs, SignableRequest } from '../../../shared/signing/index.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);

export interface Vector {
  readonly id: string;
  readonly input: {
    readonly secretId: string;
    readonly secretKey: string;
    readonly method: string;
    readonly requestTarget?: string;
    readonly decodedPath: string;
    readonly params: Readonly<Record<string, string>>;
    readonly signedHeaders: Readonly<Record<string, string>>;
    readonly keyTime: string;
    readonly policy?: string;
  };
  readonly expect: Readonly<Record<string, string>> & { readonly signature: string };
}

interface VectorFile {
  readonly vectors: readonly Vector[];
  readonly negativeCases: readonly { readonly id: string }[];
}

/** A secret scanner would take the published sample keys for real ones, so the file has a `|` in each. */
function withoutBars(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('|', '') : value;
}

export const vectorFile = JSON.parse(
  readFileSync(new URL('signing/signature-vectors.json', FIXTURES), 'utf8'),
  withoutBars,
) as VectorFile;

export function vector(id: string): Vector {
  const found = vectorFile.vectors.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

/** The request of a vector as it comes over the wire. */
export function requestOf({ input }: Vector, target = input.requestTarget ?? '/'): SignableRequest {
  return { method: input.method, ...splitTarget(target), headers: Object.entries(input.signedHeaders) };
}

export function rangeOf(text: string): { start: number; end: number } {
  const [start, end] = text.split(';').map(Number);
  return { start: start ?? Number.NaN, end: end ?? Number.NaN };
}

export interface Recording {
  readonly name: string;
  readonly sdk: string;
  readonly time: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly method: string;
  readonly rawUrl: string;
  readonly headers: Pairs;
}

/** Requests of the official SDKs, recorded from the wire. */
export function recordings(): Recording[] {
  const folder = new URL('requests/', FIXTURES);
  return readdirSync(folder)
    .sort()
    .map((name) => ({ ...(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recording), name }));
}
