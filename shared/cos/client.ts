import { setTimeout as delay } from 'node:timers/promises';

import type { Credentials, Hash } from '../signing/index.ts';
import { nodeHash } from './hash.ts';
import { createInvoke } from './invoke.ts';
import { listingCalls } from './listings.ts';
import { multipartCalls } from './multipart.ts';
import { objectCalls } from './objects.ts';
import { propertyCalls } from './properties.ts';
import { createRequestBuilder } from './request.ts';
import { createTransport } from './transport.ts';
import type { Cos } from './types.ts';

export interface CosClientOptions {
  /** Gives the credentials. Each try asks, because those of a role rotate. */
  readonly credentials: () => Credentials;
  /** Origin of a local cloud. The client connects there, and names the bucket's true host as `Host`. */
  readonly endpoint?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Between 0 and 1. */
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly hash?: Hash;
  /**
   * Milliseconds since 1970 at which every call must have ended, asked at every try because one client serves many runs
   * of a function. The run's own work after the last call is for the caller to subtract.
   */
  readonly deadline?: () => number | undefined;
  /** How often a read is tried; 4 unless told. */
  readonly tries?: number;
  /** Milliseconds: setting up a connection (5 s), a call (20 s), a call in which COS copies an object (10 min). */
  readonly timeouts?: { readonly connect?: number; readonly usual?: number; readonly slow?: number };
  /** Connections to one host at a time; 256 unless told. */
  readonly maxSockets?: number;
}

export interface CosClient extends Cos {
  /** Closes the idle connections. They keep no process alive, so this is for those who count them. */
  close(): void;
}

/**
 * The signed COS client. One keep-alive agent, no dependency but the signature and the XML reader: it is what a cold
 * function loads before its first copy.
 *
 * A function must let the event loop turn once (`await new Promise(setImmediate)`) at its entry: an instance that thaws
 * hears only then that its connections have been closed.
 */
export function createCosClient(options: CosClientOptions): CosClient {
  const { credentials, endpoint, now = Date.now, hash = nodeHash, timeouts = {} } = options;
  const transport = createTransport({
    endpoint,
    connectTimeout: timeouts.connect ?? 5_000,
    maxSockets: options.maxSockets ?? 256,
  });
  const invoke = createInvoke({
    transport,
    requests: createRequestBuilder({ credentials, hash, now }),
    now,
    sleep: options.sleep ?? ((ms) => delay(ms)),
    random: options.random ?? Math.random,
    deadline: () => options.deadline?.() ?? Number.POSITIVE_INFINITY,
    tries: options.tries ?? 4,
    timeouts: { usual: timeouts.usual ?? 20_000, slow: timeouts.slow ?? 600_000 },
  });
  return {
    ...objectCalls(invoke),
    ...listingCalls(invoke),
    ...propertyCalls(invoke),
    ...multipartCalls(invoke),
    close: () => {
      transport.close();
    },
  };
}
