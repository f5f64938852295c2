import type { CloudResponse, RequestFault } from '../../types.ts';
import { ConnectionReset } from '../connection.ts';
import { chunkedXml } from './answers.ts';
import { errorElement } from './errors.ts';
import type { Place, Refusal } from './errors.ts';
import { CosFailure } from '../../cos/index.ts';

export interface FaultyRun {
  readonly faults: readonly RequestFault[];
  readonly answersEarly: boolean;
  readonly place: Place;
  readonly sleep: (ms: number) => Promise<void>;
  readonly run: () => Promise<CloudResponse>;
}

/** Runs an operation with the faults that were drawn for it. */
export async function runWithFaults({ faults, answersEarly, place, sleep, run }: FaultyRun): Promise<CloudResponse> {
  for (const fault of faults) {
    if (fault.kind === 'latency') await sleep(fault.ms);
  }
  for (const fault of faults) {
    if (fault.kind === 'reset') throw new ConnectionReset();
    if (fault.kind === 'error') throw new CosFailure(fault.code, fault.status, MESSAGES[fault.code] ?? fault.code);
    if (fault.kind === 'error-in-200' && answersEarly) return chunkedXml(errorElement(injected(fault.code), place));
  }
  const answer = await run();
  // The client sees the same as after a time-out: it cannot know that the write has taken effect.
  if (faults.some((fault) => fault.kind === 'reset-after')) throw new ConnectionReset();
  return answer;
}

const MESSAGES: Readonly<Record<string, string>> = {
  InternalError: 'We encountered an internal error. Please try again.',
  ServiceUnavailable: 'Please reduce your request rate.',
  SlowDown: 'Please reduce your request rate.',
};

function injected(code: string): Refusal {
  return { code, status: 200, message: MESSAGES[code] ?? code };
}
