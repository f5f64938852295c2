import { randomBytes } from 'node:crypto';
import { createCosClient, nodeHash } from '../cos/index.ts';
import type { DeploymentConfig } from '../scf/index.ts';
import { createEngine, type Engine } from './engine.ts';
import type { Settings } from './session.ts';

/** The engine of a deployed function: real clock, real randomness, the signed client. */
export function connectEngine(config: DeploymentConfig, settings: Partial<Settings> = {}): Engine {
  const cos = createCosClient({ credentials: () => config.credentials(), endpoint: config.cosEndpoint });
  return createEngine({
    cos,
    state: config.state,
    hash: nodeHash,
    now: Date.now,
    unique: () => randomBytes(9).toString('hex'),
    random: Math.random,
    settings,
  });
}
