/**
 * The status of its sources that each destination holds, so that somebody can say what is missing when the region of the source
 * is down.
 */
export { beaconKey, LARGEST, readBeacon, type Beacon } from './document.ts';
export { Beacons, type TellDeps } from './tell.ts';
export { ensureStatusKey, STATUS_KEY } from './seal.ts';
