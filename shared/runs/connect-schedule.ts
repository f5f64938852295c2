import { randomBytes } from 'node:crypto';
import type { TellDeps } from '../beacon/index.ts';
import type { CanaryDeps } from '../canary/index.ts';
import { createCosClient, nodeHash, type Place } from '../cos/index.ts';
import { UNIQUE_LENGTH } from '../identity/index.ts';
import { createAskPlatform, readStarts, STARTS, type KeepChecksDeps } from '../preconditions/index.ts';
import { DEFAULT_SETTINGS, type Engine } from '../replication/index.ts';
import { createRuleStore } from '../rules/index.ts';
import type { DeploymentConfig } from '../scf/index.ts';
import { SCAN_DEFAULTS, type KeepDeps } from '../scan/index.ts';
import { BehindMarks, Leases, Tasks } from '../tasks/index.ts';
import { scanSettings } from './connect.ts';
import { SWEEP_CALL_MS } from '../durations/index.ts';

const CONNECT_MS = 3_000;

/** The parts of `schedule`. It starts work and never does any, so they hold no engine. */
export interface ScheduleDeps {
  readonly engine: KeepDeps['engine'] & Pick<Engine, 'tasks' | 'leases'>;
  readonly settings: KeepDeps['settings'];
  readonly beacons: TellDeps;
  readonly preconditions: KeepChecksDeps;
  /** Sources that canaries are sent to; usually none. */
  readonly canaries: { readonly deps: CanaryDeps; readonly sources: readonly Place[] };
}

export function connectSchedule(config: DeploymentConfig): ScheduleDeps {
  const { state, cosEndpoint: endpoint } = config;
  const now = Date.now;
  const credentials = () => config.credentials();
  const cos = createCosClient({ credentials, endpoint });
  const deps = { cos, state, hash: nodeHash, now, unique: () => randomBytes(UNIQUE_LENGTH / 2).toString('hex') };
  const rules = createRuleStore({ cos, state, now });
  const timeouts = { connect: CONNECT_MS, usual: SWEEP_CALL_MS };
  const there = createCosClient({ credentials, endpoint, tries: 1, timeouts });
  const canary = canariesOf(process.env, config.sources);
  return {
    engine: {
      deps,
      settings: DEFAULT_SETTINGS,
      rules,
      tasks: new Tasks(deps),
      leases: new Leases(deps),
      behind: new BehindMarks(deps, DEFAULT_SETTINGS.failuresInARow),
      now,
      random: Math.random,
    },
    settings: { ...SCAN_DEFAULTS, ...scanSettings(process.env) },
    canaries: { deps: { ...deps, rules, there, sleep, everyMs: canary.everyMs }, sources: canary.sources },
    preconditions: {
      cos,
      state,
      rules,
      sources: config.sources,
      own: process.env['SCF_FUNCTIONNAME'] ?? '',
      starts: readStarts(process.env[STARTS]),
      now,
      ask: createAskPlatform({ credentials, region: state.region, endpoint: process.env['CLOUD_ENDPOINT'], now }),
    },
    beacons: { ...deps, rules, there },
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The canaries of the deployment, checked when it was packaged: none, those of all sources, or those of the named ones.
 */
export function canariesOf(
  env: Readonly<Record<string, string | undefined>>,
  sources: readonly Place[],
): { readonly everyMs: number; readonly sources: readonly Place[] } {
  const everyMs = Number(env['CANARY_EVERY_MINUTES']) * 60_000;
  if (!(everyMs > 0)) return { everyMs: 0, sources: [] };
  const named = env['CANARY_SOURCES']?.split(',');
  return { everyMs, sources: sources.filter(({ bucket }) => named === undefined || named.includes(bucket)) };
}
