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
  /** Returns the credentials. Each try asks, because those of a role rotate. */
  readonly credentials: () => Credentials;
  /** Origin of a local cloud. The client connects to it and sends the bucket's real host as `Host`. */
  readonly endpoint?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Returns a number from 0 to below 1. */
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly hash?: Hash;
  /**
   * ms since 1970 by which every call must have ended. Each try asks, because one client serves many runs of a
   * function. The caller subtracts the time that its own work after the last call takes.
   */
  readonly deadline?: () => number | undefined;
  /** Number of tries of a read; 4 by default. */
  readonly tries?: number;
  /** Milliseconds: setting up a connection (5 s), a call (20 s), a call in which COS copies an object (10 min). */
  readonly timeouts?: { readonly connect?: number; readonly usual?: number; readonly slow?: number };
  /** Connections to one host at a time; 256 by default. */
  readonly maxSockets?: number;
}

export interface CosClient extends Cos {
  /** Closes the idle connections. They keep no process alive, so only callers that count connections need this. */
  close(): void;
}

/**
 * The signed COS client. It has one keep-alive agent and no dependency but the signature and the XML reader, because a
 * cold function loads it before its first copy.
 *
 * A function must let the event loop turn once (`await new Promise(setImmediate)`) at its entry: only then does a
 * thawed instance learn that its connections have been closed.
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
