import { REFUSALS, ServiceError } from '../../errors/index.ts';
import { DeployError } from '../error.ts';

/** ms before each further try of one look. Together they outlast a restart of the API and a burst of refusals. */
const RESTS_MS = [2_000, 5_000, 10_000, 20_000, 30_000];
/** Codes of a call that did not reach the API, or whose answer did not come back. */
const UNREACHED = new Set(['NetworkError', 'API_UNREACHABLE']);

/**
 * Looks at the progress of something that goes on by itself. A failure that may pass is tried again a few times, because
 * one lost answer says nothing about the progress. Rejects with the last error.
 */
export async function lookPatiently<T>(look: () => Promise<T>, sleep: (ms: number) => Promise<void>): Promise<T> {
  for (const rest of RESTS_MS) {
    try {
      return await look();
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    await sleep(rest);
  }
  return look();
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  // A call on the state bucket, for the key that signs the look.
  if (!(error instanceof DeployError)) return error.retryable;
  const refusal = Object.entries(REFUSALS).find(([code]) => code === error.code)?.[1];
  // The API answers 5xx only where a retry can help.
  return UNREACHED.has(error.code) || (refusal !== undefined && refusal.status >= 500);
}
