import { randomBytes } from 'node:crypto';
import { createCosClient, nodeHash, samePlace } from '../cos/index.ts';
import type { DeploymentConfig } from '../scf/index.ts';
import { createMarkerKnowledge } from '../preflight/index.ts';
import { CAUTIOUS_METADATA_LIMIT, createEngine, type Engine, type EngineOptions } from '../replication/index.ts';
import { createKeyring, UNIQUE_LENGTH } from '../identity/index.ts';
import { createLiveTally } from '../live/index.ts';
import type { Settings } from '../replication/index.ts';
import { SCAN_DEFAULTS, type ScanDeps, type ScanSettings } from '../scan/index.ts';
import { LEARNING_MS } from '../durations/index.ts';

/** Settles with the work, or after this many ms. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}

/** The engine of an instance, which also counts its work. */
export interface ConnectedEngine extends Engine {
  /** Waits for a run, and then for the counts that have to be written. */
  readonly counting: <T>(run: Promise<T>) => Promise<T>;
}

/** The parts of an engine that not every function has. */
export interface EngineParts {
  readonly inParts?: EngineOptions['inParts'];
  /** Scans make the copies of this engine. */
  readonly scanned?: boolean;
}

/** The engine of a deployed function: real clock, real randomness, the signed client. */
export function connectEngine(
  config: DeploymentConfig,
  settings: Partial<Settings> = {},
  { inParts, scanned = false }: EngineParts = {},
): ConnectedEngine {
  const { state } = config;
  const cos = createCosClient({ credentials: () => config.credentials(), endpoint: config.cosEndpoint });
  const unique = (): string => randomBytes(UNIQUE_LENGTH / 2).toString('hex');
  const knowledge = createMarkerKnowledge({ cos, state, now: Date.now, unique });
  const live = createLiveTally({ cos, state, now: Date.now, unique }, scanned);
  const engine = createEngine({
    cos,
    state,
    inParts,
    hash: nodeHash,
    keys: createKeyring({ cos, state, others: config.signers, hash: nodeHash, now: Date.now }),
    now: Date.now,
    unique,
    random: Math.random,
    settings: {
      markerTold: (destination) => knowledge.told(destination),
      ...(config.cautious.includes('metadata') ? { metadataLimit: CAUTIOUS_METADATA_LIMIT } : {}),
      sharedWith: (place) => config.peers.find(({ bucket }) => samePlace(bucket, place))?.state,
      copied: (copy) => live.copied(copy),
      marked: (mark) => live.marked(mark),
      ...settings,
    },
  });
  return {
    ...engine,
    converge: async (...run) => {
      const [work, deadline] = run;
      // Runs beside the work, which takes longer. A run that starts before the answer only reads two more listings.
      const learning = knowledge.learn(work.destination, deadline - Date.now() > 4 * LEARNING_MS);
      const [report] = await Promise.all([engine.converge(...run), within(LEARNING_MS, learning)]);
      if (report.state === 'failed') live.failed(work);
      return report;
    },
    counting: async (run) => {
      try {
        return await run;
      } finally {
        await live.settle();
      }
    },
  };
}

/** The wiring of the functions that scan. */
export function connectScans(config: DeploymentConfig): ScanDeps & { readonly engine: ConnectedEngine } {
  return {
    engine: connectEngine(config, {}, { scanned: true }),
    settings: { ...SCAN_DEFAULTS, ...scanSettings(process.env) },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/** The settings of scans in the deployment, checked when it was packaged. */
export function scanSettings(env: Readonly<Record<string, string | undefined>>): Partial<ScanSettings> {
  const hours = Number(env['SCAN_EVERY_HOURS']);
  const ranges = Number(env['SCAN_RANGES_AT_ONCE']);
  return { ...(hours > 0 ? { everyMs: hours * 3_600_000 } : {}), ...(ranges > 0 ? { rangesAtOnce: ranges } : {}) };
}
