import type COS from 'cos-nodejs-sdk-v5';
import { formatPlace, type Place } from '../../../shared/cos/index.ts';
import type { Scans, ScanState } from '../../../functions/api/scan-schemas.ts';
import { calling } from './clients.ts';

/** Calls the API like any program with an SDK of COS. */
async function ask<T>(api: COS, source: Place, method: 'GET' | 'POST', verb: string): Promise<T> {
  const { Body } = await calling(`${method} ?${verb}`, () =>
    api.request({
      Bucket: source.bucket,
      Region: source.region,
      Key: '',
      Method: method,
      Action: verb,
      RawBody: true,
      ...(method === 'POST' ? { Body: '{}' } : {}),
    }),
  );
  return JSON.parse(String(Body)) as T;
}

/** The progress of the pair's scan. */
export async function readScan(api: COS, source: Place, destination: Place): Promise<ScanState | undefined> {
  const { scans } = await ask<Scans>(api, source, 'GET', 'replicationScans');
  return scans.find((scan) => scan.destination === formatPlace(destination));
}

/** Asks for one more, which begins when the current one has ended. */
export async function askForScan(api: COS, source: Place): Promise<void> {
  await ask(api, source, 'POST', 'replicationScan');
}

/** Whether a scan that began at this moment may have passed a key that was written then (ms since 1970). */
export function mayHaveMissed(scan: ScanState | undefined, written: number): boolean {
  // A scan that has not begun begins later. Its start is given in whole seconds.
  return scan?.startedAt !== undefined && Date.parse(scan.startedAt) < written;
}

/** Whether the scan has looked at everything, so that its counts are complete. */
export const hasLooked = ({ state, entries: { total, done } }: ScanState): boolean =>
  state === 'ended' || (total !== null && done >= total);
