import { DeployError } from '../error.ts';
import type { Scf } from '../cloud/scf.ts';
import { isMissing } from '../cloud/scf.ts';

export interface InvokeResult {
  readonly requestId: string;
  /** The result of the function, as JSON text. */
  readonly answer: string;
  /** The last lines of the run's log. */
  readonly log: string;
  /** Empty when the run succeeded. */
  readonly error: string;
  /** Milliseconds. */
  readonly duration: number;
}

interface Answer {
  readonly Result: {
    readonly FunctionRequestId: string;
    readonly RetMsg?: string;
    readonly Log?: string;
    readonly ErrMsg?: string;
    readonly InvokeResult?: number;
    readonly Duration?: number;
  };
}

/** Runs a deployed function and waits for it. A failed function is a result, not an exception. */
export async function invoke(scf: Scf, name: string, event: string): Promise<InvokeResult> {
  const { Result: result } = await scf
    .call<Answer>('Invoke', name, { InvocationType: 'RequestResponse', LogType: 'Tail', ClientContext: event })
    .catch((error: unknown) => {
      if (isMissing(error)) throw notDeployed(name, error);
      throw error;
    });
  const failed = (result.InvokeResult ?? 0) !== 0;
  return {
    requestId: result.FunctionRequestId,
    answer: result.RetMsg ?? '',
    log: result.Log ?? '',
    error: failed ? result.ErrMsg || result.RetMsg || `result ${result.InvokeResult}` : '',
    duration: result.Duration ?? 0,
  };
}

/** The error for a function that the cloud does not have. */
export function notDeployed(name: string, cause: unknown): DeployError {
  return new DeployError(`${name} is not deployed: run "npx serverless deploy" first.`, 'NOT_DEPLOYED', cause);
}
