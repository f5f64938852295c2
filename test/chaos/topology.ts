import type { Place } from '../../shared/cos/index.ts';

/** One direction of replication: one rule of its source for one destination. */
export interface Link {
  readonly source: Place;
  readonly destination: Place;
}

/** The deployment of the functions in a source's own region, with its state bucket. */
export interface Deployment {
  /** Letters that no other deployment has. */
  readonly name: string;
  readonly source: Place;
  readonly state: Place;
  /** All links that begin at the source. */
  readonly links: readonly Link[];
}

export interface Topology {
  readonly sites: readonly Place[];
  readonly links: readonly Link[];
  readonly deployments: readonly Deployment[];
}

export const A: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const B: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const C: Place = { bucket: 'third-1250000000', region: 'ap-beijing' };
/** Belongs to another account. */
const PARTNER: Place = { bucket: 'partner-1260000000', region: 'ap-beijing' };

export type Shape = 'one-way' | 'fan-out' | 'chain' | 'two-way' | 'mesh' | 'ring';

const PAIRS: Record<Shape, readonly (readonly [Place, Place])[]> = {
  'one-way': [[A, B]],
  'fan-out': [
    [A, B],
    [A, PARTNER],
  ],
  chain: [
    [A, B],
    [B, C],
  ],
  'two-way': [
    [A, B],
    [B, A],
  ],
  mesh: [
    [A, B],
    [A, C],
    [B, A],
    [B, C],
    [C, A],
    [C, B],
  ],
  ring: [
    [A, B],
    [B, C],
    [C, A],
  ],
};

export function topologyOf(shape: Shape): Topology {
  const links = PAIRS[shape].map(([source, destination]): Link => ({
    source,
    destination,
  }));
  const sites = distinct(links.flatMap(({ source, destination }) => [source, destination]));
  const deployments = distinct(links.map(({ source }) => source)).map((source) => ({
    name: codeOf(source),
    source,
    state: { bucket: `crr-dev-${codeOf(source)}-1250000000`, region: source.region },
    links: links.filter((link) => link.source === source),
  }));
  return { sites, links, deployments };
}

/** With the region in it, as names of state buckets have it. */
const codeOf = ({ region }: Place): string => ({ [A.region]: 'gz', [B.region]: 'sh', [C.region]: 'bj' })[region] ?? '';

const distinct = (places: readonly Place[]): Place[] => [...new Set(places)];

export const isSource = ({ links }: Topology, place: Place): boolean =>
  links.some(({ source }) => source.bucket === place.bucket);

export const isDestination = ({ links }: Topology, place: Place): boolean =>
  links.some(({ destination }) => destination.bucket === place.bucket);

/** A bucket where users write and replicas arrive. */
export const isShared = (topology: Topology, place: Place): boolean =>
  isSource(topology, place) && isDestination(topology, place);

/** Whether every site sends to every other one, so that all must show the same. */
export const isTogether = (shape: Shape): boolean => shape === 'two-way' || shape === 'mesh';
