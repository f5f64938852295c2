import { listen, type Listener } from './http/index.ts';
import type { FunctionId, Scf } from './scf/index.ts';

/** A function URL, and its address for programs and browsers that cannot name its host. */
export interface Address {
  readonly region: string;
  readonly name: string;
  /** Of the function URL. */
  readonly host: string;
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
}

export interface Addresses {
  /** The address of each function URL. The function that answers on the cloud's own port has that address. */
  list(): Promise<readonly Address[]>;
  close(): Promise<void>;
}

export interface AddressOptions {
  readonly scf: Scf;
  /** The function that answers on `endpoint` itself; undefined while there is none. */
  readonly first: () => FunctionId | undefined;
  readonly endpoint: () => string;
  readonly onError: (error: unknown) => void;
}

/**
 * Opens a port for each further function URL on the first request for its address, and keeps it until the cloud ends.
 */
export function createAddresses({ scf, first, endpoint, onError }: AddressOptions): Addresses {
  const ports = new Map<string, Promise<Listener>>();
  const open = (host: string, id: FunctionId): Promise<Listener> => {
    const found = ports.get(host) ?? listen((request) => scf.serveFunction(id, request), { port: 0, onError });
    ports.set(host, found);
    return found;
  };
  return {
    async list() {
      const found: Address[] = [];
      const served = first();
      for (const { id, host } of scf.functionUrls()) {
        const own = served?.name === id.name && served.region === id.region;
        const address = own ? endpoint() : `http://127.0.0.1:${(await open(host, id)).port}`;
        found.push({ region: id.region, name: id.name, host, address });
      }
      return found;
    },
    async close() {
      for (const listener of ports.values()) await (await listener).close();
    },
  };
}
