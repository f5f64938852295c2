/**
 * Each destination holds the status of its sources. It says which versions are missing when the region of the source is
 * down.
 */
export { beaconKey, LARGEST, readBeacon, type Beacon } from './document.ts';
export { Beacons, type TellDeps } from './tell.ts';
export { ensureStatusKey, STATUS_KEY } from './seal.ts';
