import { BACKUP, MeasuredDeployment, SOURCE } from '../deployment/index.ts';
import { countRequests, isWithin, type Case } from './requests.ts';
import type { BenchResult } from './types.ts';

const OBJECTS = 1000;
const ROUNDS = 5;

interface Cpu {
  /** Microseconds of CPU for each object. */
  readonly engine: number;
  /** The same for the copy alone, which every engine needs. */
  readonly floor: number;
}

/** CPU for each replicated small object in this process, and COS requests for each case of the protocol. */
export async function benchEngine(): Promise<BenchResult> {
  const cases = await countRequests();
  await measure();
  const rounds: Cpu[] = [];
  for (let i = 0; i < ROUNDS; i += 1) rounds.push(await measure());
  // The median round: a round that another program disturbed is at an end.
  const cpu = rounds.toSorted((a, b) => a.engine / a.floor - b.engine / b.floor)[Math.floor(ROUNDS / 2)] as Cpu;
  const ratio = cpu.engine / cpu.floor;
  return {
    ok: cases.every(isWithin),
    figures: {
      cpu: { engineMicros: round(cpu.engine), floorMicros: round(cpu.floor), ratio: round(ratio) },
      requests: cases,
    },
    lines: [
      `CPU per replicated small object  ${round(cpu.engine)} µs, ${round(ratio)} times the bare copy (${round(cpu.floor)} µs)`,
      `${'COS requests per event'.padEnd(48)}requests  listings  across regions before the copy`,
      ...cases.map(lineOf),
    ],
  };
}

function lineOf(one: Case): string {
  const { name, requests, listings, crossings, allowed, more } = one;
  const count = `${requests} of ${allowed.requests}`.padEnd(10);
  const reason = requests > allowed.requests && more !== undefined ? `  (${more.why})` : '';
  const verdict = isWithin(one) ? reason : '  MORE THAN ALLOWED';
  return `  ${name.padEnd(46)}${count}${String(listings).padEnd(10)}${crossings ?? '-'}${verdict}`;
}

async function measure(): Promise<Cpu> {
  const world = new MeasuredDeployment({ markerTold: true });
  await world.begin();
  const uploads = Array.from({ length: OBJECTS }, (_, i) => world.put(`folder/object-${i}`, `body ${i}`));

  const engine = await cpuOf(async () => {
    for (const event of uploads) await world.handle(event);
  });
  const replicas = world.core.listVersions(BACKUP.bucket, BACKUP.region, { maxKeys: 1000 }).entries;
  if (replicas.length !== OBJECTS) throw new Error(`${replicas.length} of ${OBJECTS} objects were replicated`);
  const meta = replicas[0]?.attributes.meta ?? {};
  const floor = await cpuOf(async () => {
    for (const { key, versionId } of uploads) {
      const attributes = { headers: {}, meta, storageClass: 'STANDARD' };
      await world.cos.copyObject(BACKUP, key, { place: SOURCE, key, versionId }, attributes);
    }
  });
  await world.close();
  return { engine, floor };
}

/** Microseconds for each object. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / OBJECTS;
}

const round = (value: number): number => Math.round(value * 10) / 10;
