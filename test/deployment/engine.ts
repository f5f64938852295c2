import { nodeHash, type Cos } from '../../shared/cos/index.ts';
import { createEngine, type Engine, type EngineOptions } from '../../shared/replication/index.ts';
import { KEYS } from '../shared/identity/keys.ts';
import { STATE } from './places.ts';

/** The engine on these calls. IDs and random numbers are the same in every run, unless a test gives its own. */
export function engineOn(cos: Cos, options: Partial<EngineOptions> & Pick<EngineOptions, 'now'>): Engine {
  let unique = 0;
  return createEngine({
    cos,
    state: STATE,
    hash: nodeHash,
    keys: KEYS,
    // As long as the IDs of a deployment, because the room for a replication marker depends on their length.
    unique: () => `u${String((unique += 1)).padStart(17, '0')}`,
    random: () => 0.5,
    ...options,
  });
}
