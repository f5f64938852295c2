import { beaconKey, Beacons, readBeacon, type Beacon } from '../../../shared/beacon/index.ts';
import { CosError } from '../../../shared/cos/index.ts';
import { BACKUP, scanDeployment, SOURCE } from '../../deployment/index.ts';

export const MINUTE = 60_000;
export const KEY = beaconKey(SOURCE);

/** A scanned pair whose source writes its status to the destination, minute by minute. */
export async function world() {
  const scan = await scanDeployment();
  const { core, clock, engine } = scan;
  const { cos } = engine.deps;
  const depsOf = () => ({ ...engine.deps, now: () => clock.ms, rules: engine.rules, there: cos });
  let beacons = new Beacons(depsOf());
  const problems: unknown[] = [];
  return {
    ...scan,
    problems,
    tell: async () => {
      clock.ms += MINUTE;
      return beacons.tell([SOURCE], (error) => void problems.push(error));
    },
    /** The instance has ended, and another one takes over. */
    renew: () => {
      beacons = new Beacons(depsOf());
    },
    versions: () => core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY }).entries,
    told: async (): Promise<Beacon> => {
      const object = await cos.getObject(BACKUP, KEY);
      const beacon = object && readBeacon(object.body, SOURCE, BACKUP);
      if (beacon === undefined) throw new Error('the destination holds none');
      return beacon;
    },
  };
}

export const refusal = (code: string, status: number) =>
  new CosError({ method: 'DELETE', place: BACKUP, key: KEY }, 'refused', { code, status });
