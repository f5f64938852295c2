import { createHash } from 'node:crypto';

import { splitTarget } from '../../../shared/signing/index.ts';
import { signCall } from '../../functions/api/bench.ts';
import type { ClientConfig } from '../client.ts';
import { readRecording } from '../recordings.ts';
import type { Action } from '../recordings.ts';
import type { Pair } from '../sdk-world.ts';
import { send } from './wire.ts';
import type { Answer } from './wire.ts';

/** How an SDK treats the configured host. */
export type HostForm =
  /** Sends and signs it unchanged. */
  | 'as given'
  /** Sends and signs it without its port. */
  | 'without port'
  /** Sends it unchanged and signs it without its port. */
  | 'signed without port';

export interface Replayer {
  /** Sends the SDK's recorded request, with a changed body when `edit` is given, signed for the present time. */
  (action: Action, options?: ReplayOptions): Promise<Answer>;
}

export interface ReplayOptions {
  readonly edit?: (body: string) => string;
  readonly pair?: Pair;
  readonly domain?: string;
}

/** Only the necessary parts are replaced: the host, the length and digest of another body, and the signature. */
export function createReplayer(sdk: string, hostForm: HostForm, config: ClientConfig): Replayer {
  const port = Number(new URL(config.endpoint).port);
  return (action, { edit, pair = config.source, domain = config.source.domain } = {}) => {
    const recording = readRecording(sdk, action);
    const body = edit === undefined ? recording.body : edit(recording.body);
    const bare = domain.replace(/:\d+$/, '');
    const host = hostForm === 'without port' ? bare : domain;
    const headers = recording.headers.map(([name, value]): [string, string] => [
      name,
      headerFor(name.toLowerCase(), value, { host, body }),
    ]);
    const { path, query } = splitTarget(recording.rawUrl);
    const rest = headers.filter(([name]) => !/^(?:host|authorization)$/i.test(name));
    const signed = signCall({ method: recording.method, path, query, host, headers: rest, body }, Date.now(), {
      pair,
      signed: recording.headerList,
      params: recording.paramList,
      ...(hostForm === 'as given' ? {} : { host: bare }),
    });
    const authorization = signed.headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
    return send(port, {
      method: recording.method,
      target: recording.rawUrl,
      headers: headers.map(([name, value]) => [name, name.toLowerCase() === 'authorization' ? authorization : value]),
      body,
    });
  };
}

function headerFor(name: string, recorded: string, { host, body }: { host: string; body: string }): string {
  if (name === 'host') return host;
  if (name === 'content-length') return String(Buffer.byteLength(body));
  if (name === 'content-md5') return createHash('md5').update(body).digest('base64');
  return recorded;
}
