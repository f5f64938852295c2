import { nodeHash, type Place } from '../../shared/cos/index.ts';
import type { Keyring, MarkerKey } from '../../shared/identity/index.ts';
import type { Settings } from '../../shared/replication/index.ts';
import type { WorldOptions } from './options.ts';
import { isShared, type Deployment, type Topology } from './topology.ts';

const MEGABYTE = 2 ** 20;

/** The settings of the engine in a world. */
export function settingsOf({ large, crowdedFrom, awaited }: WorldOptions, topology: Topology): Partial<Settings> {
  const sharedWith = (place: Place): Place | undefined =>
    isShared(topology, place)
      ? topology.deployments.find(({ source }) => source.bucket === place.bucket)?.state
      : undefined;
  const behind = crowdedFrom === undefined ? {} : { crowdedFrom, failuresInARow: 2 };
  return {
    ...(large ? { largeFrom: MEGABYTE } : {}),
    ...(awaited === true ? { slowestCopy: Number.MIN_VALUE } : {}),
    ...behind,
    sharedWith,
  };
}

/**
 * Each deployment signs with a key of its own. Where replication continues from a destination, it knows those of all
 * others.
 */
export function keyringOf(topology: Topology, own: Deployment): Keyring {
  const { deployments, sites } = topology;
  const keyOf = ({ name }: Deployment): MarkerKey => ({
    id: nodeHash.sha256(name).slice(0, 8),
    secret: `secret of ${name}`,
    retired: undefined,
  });
  const newest = keyOf(own);
  const known = sites.some((site) => isShared(topology, site)) ? deployments.map(keyOf) : [newest];
  return {
    newest: async () => newest,
    find: async (id) => known.filter((key) => key.id === id),
  };
}
