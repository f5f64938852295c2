import { randomBytes } from 'node:crypto';
import type { TellDeps } from '../beacon/index.ts';
import { createCosClient, nodeHash } from '../cos/index.ts';
import { UNIQUE_LENGTH } from '../identity/index.ts';
import { createAskPlatform, type KeepChecksDeps } from '../preconditions/index.ts';
import { DEFAULT_SETTINGS, type Engine } from '../replication/index.ts';
import { createRuleStore } from '../rules/index.ts';
import type { DeploymentConfig } from '../scf/index.ts';
import { SCAN_DEFAULTS, type KeepDeps } from '../scan/index.ts';
import { BehindMarks, Leases, Tasks } from '../tasks/index.ts';
import { scanSettings } from './connect.ts';

/** ms for a call to a destination: it may be down, and the next minute tries again. */
const THERE_MS = 8_000;
const CONNECT_MS = 3_000;

/** The parts that `schedule` works with: it starts work and never does any, so that there is no engine in it. */
export interface ScheduleDeps {
  readonly engine: KeepDeps['engine'] & Pick<Engine, 'tasks' | 'leases'>;
  readonly settings: KeepDeps['settings'];
  readonly beacons: TellDeps;
  readonly preconditions: KeepChecksDeps;
}

export function connectSchedule(config: DeploymentConfig): ScheduleDeps {
  const { state, cosEndpoint: endpoint } = config;
  const now = Date.now;
  const credentials = () => config.credentials();
  const cos = createCosClient({ credentials, endpoint });
  const deps = { cos, state, hash: nodeHash, now, unique: () => randomBytes(UNIQUE_LENGTH / 2).toString('hex') };
  const rules = createRuleStore({ cos, state, now });
  const timeouts = { connect: CONNECT_MS, usual: THERE_MS };
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
    preconditions: {
      cos,
      state,
      rules,
      sources: config.sources,
      own: process.env['SCF_FUNCTIONNAME'] ?? '',
      now,
      ask: createAskPlatform({ credentials, region: state.region, endpoint: process.env['CLOUD_ENDPOINT'], now }),
    },
    beacons: { ...deps, rules, there: createCosClient({ credentials, endpoint, tries: 1, timeouts }) },
  };
}
