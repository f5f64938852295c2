import { DESTINATIONS, REGION, ROLE } from './sdk-world.ts';
import type { Managed, World } from './sdk-world.ts';
import type { Tap } from './tap.ts';

/** The settings of a client's program: as JSON in its only argument, or in the page's address. */
export interface ClientConfig {
  readonly role: string;
  readonly region: string;
  /** `http://127.0.0.1:PORT`: the address to connect to, or the proxy to go through. */
  readonly endpoint: string;
  readonly destinations: typeof DESTINATIONS;
  readonly source: Managed & { readonly domain: string };
  /** A source without versioning. */
  readonly unversioned: Managed & { readonly domain: string };
}

export interface Addressing {
  /** For a person. */
  readonly text: string;
  /** The SDK's setting for the domain. */
  readonly domain: (bucket: string, place: { readonly tap: Tap; readonly world: World }) => string;
}

export function configOf(source: Managed, addressing: Addressing, place: { tap: Tap; world: World }): ClientConfig {
  const { unversioned } = place.world;
  const at = (managed: Managed) => ({ ...managed, domain: addressing.domain(managed.bucket, place) });
  return {
    role: ROLE,
    region: REGION,
    endpoint: place.tap.endpoint,
    destinations: DESTINATIONS,
    source: at(source),
    unversioned: at(unversioned),
  };
}
