import * as http from 'node:http';
import * as https from 'node:https';
import { hostOf } from '../../cos/index.ts';
import type { Place } from '../../cos/index.ts';
import { DeployError } from '../error.ts';

const LIMIT_MS = 20_000;

/**
 * ms since 1970 from the `Date` of an answer of COS. The request is not signed, because any answer will do. Throws
 * `DeployError`.
 */
export function askCosTime(place: Place, endpoint: string | undefined): Promise<number> {
  const host = hostOf(place);
  const { request } = endpoint === undefined ? https : http;
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(new DeployError(`${endpoint ?? host} gave no answer: ${cause.message}.`, 'NetworkError', cause));
    const outgoing = request(
      endpoint ?? `https://${host}/`,
      { method: 'HEAD', path: '/', headers: { Host: host }, timeout: LIMIT_MS },
      (response) => {
        response.resume();
        const time = Date.parse(response.headers.date ?? '');
        if (Number.isNaN(time)) fail(new Error('its answer has no Date'));
        else resolve(time);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timed out')));
    outgoing.on('error', fail);
    outgoing.end();
  });
}
