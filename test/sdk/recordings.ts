import { readFileSync } from 'node:fs';

import { readSignature } from '../../shared/signing/index.ts';

/** A request of an official SDK, recorded by a server. */
export interface Recording {
  readonly method: string;
  readonly rawUrl: string;
  /** In wire order and spelling. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** The headers and parameters that the SDK signs, in the order of the signature. */
  readonly headerList: readonly string[];
  readonly paramList: readonly string[];
}

export type Action = 'put' | 'get' | 'delete';

const FOLDER = new URL('../fixtures/requests/', import.meta.url);

export function readRecording(sdk: string, action: Action): Recording {
  const text = readFileSync(new URL(`${sdk}-${action}-replication.json`, FOLDER), 'utf8');
  const { method, rawUrl, headers, bodyBase64 } = JSON.parse(text) as {
    method: string;
    rawUrl: string;
    headers: [string, string][];
    bodyBase64: string;
  };
  const fields = readSignature(headers, []);
  if (fields === undefined) throw new Error(`the recorded ${action} of ${sdk} is not signed`);
  const body = Buffer.from(bodyBase64, 'base64').toString('utf8');
  return { method, rawUrl, headers, body, headerList: fields.headerList, paramList: fields.paramList };
}
