import { DeployError } from '../error.ts';
import type { FunctionSettings } from '../types.ts';
import type { Locate } from './locate.ts';
import { checkStarts, NEEDED_FUNCTIONS } from './starts.ts';

const LONGEST_TIMEOUT = 900;
/**
 * Seconds. Each function keeps the last part of its run for recording what is left. In a shorter run it would only
 * record: it would succeed, do no work, and nobody would be told.
 */
const SHORTEST_TIMEOUTS = new Map([
  ['replicate', 20],
  ['task', 20],
  ['scan', 60],
  ['schedule', 20],
]);
const SMALLEST_MEMORY = 64;
const MEMORY_STEP = 128;
const LARGEST_MEMORY = 3072;
/** Instances of a new account: its 128,000 MB at the smallest memory. */
const MOST_INSTANCES = 1000;

type Declared = Readonly<
  Record<string, Omit<FunctionSettings, 'key' | 'events'> & { readonly events?: FunctionSettings['events'] }>
>;

/**
 * The functions of serverless.yml, checked against the limits of the platform. Throws `DeployError` with the line to
 * change.
 */
export function readFunctions(declared: Declared | undefined, locate: Locate): FunctionSettings[] {
  const functions = Object.entries(declared ?? {}).map(([key, settings]) => ({
    ...settings,
    key,
    events: settings.events ?? [],
  }));
  const missing = NEEDED_FUNCTIONS.filter((key) => !functions.some((one) => one.key === key));
  if (missing.length > 0) {
    throw new DeployError(
      `${locate(['functions'])}: functions lacks ${missing.join(', ')}; put back the entries of the repository's serverless.yml, because without them nothing is replicated.`,
      'FUNCTIONS_MISSING',
    );
  }
  for (const one of functions) {
    const { key, timeout, memory, instances } = one;
    checkStarts(one, locate);
    const shortest = SHORTEST_TIMEOUTS.get(key) ?? 1;
    if (!isWhole(timeout, shortest, LONGEST_TIMEOUT)) {
      throw new DeployError(
        `${locate(['functions', key, 'timeout'])}: the timeout of ${key} is ${JSON.stringify(timeout)}; write whole seconds from ${shortest} to ${LONGEST_TIMEOUT}.`,
        'BAD_TIMEOUT',
      );
    }
    if (memory !== SMALLEST_MEMORY && !(isWhole(memory, MEMORY_STEP, LARGEST_MEMORY) && memory % MEMORY_STEP === 0)) {
      throw new DeployError(
        `${locate(['functions', key, 'memory'])}: the memory of ${key} is ${JSON.stringify(memory)}; the platform takes ${SMALLEST_MEMORY}, or a multiple of ${MEMORY_STEP} up to ${LARGEST_MEMORY} (MB), for example ${nearest(memory)}.`,
        'BAD_MEMORY',
      );
    }
    if (instances !== undefined && !isWhole(instances, 1, MOST_INSTANCES)) {
      throw new DeployError(
        `${locate(['functions', key, 'instances'])}: the instances of ${key} are ${JSON.stringify(instances)}; write a whole number from 1 to ${MOST_INSTANCES}, or take the line out to reserve none.`,
        'BAD_INSTANCES',
      );
    }
  }
  return functions;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function nearest(memory: unknown): number {
  const wanted = typeof memory === 'number' && memory > 0 ? memory : 2 * MEMORY_STEP;
  return Math.min(LARGEST_MEMORY, Math.ceil(wanted / MEMORY_STEP) * MEMORY_STEP);
}
