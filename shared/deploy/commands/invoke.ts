import { DeployError } from '../error.ts';
import type { Scf } from '../cloud/scf.ts';
import { isMissing } from '../cloud/scf.ts';

export interface InvokeResult {
  readonly requestId: string;
  /** What the function returned, as JSON text. */
  readonly answer: string;
  /** The last lines that the run wrote. */
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

/** Runs a deployed function and waits for it. A function that failed is a result, not an exception. */
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

/**
 * The last runs of a function, oldest first. Throws `DeployError` where the account's logs are in the log service (CLS)
 * only, which is so for functions without the older log delivery.
 */
export async function readLogs(scf: Scf, name: string): Promise<string[]> {
  const { Data } = await scf
    .call<{
      Data?:
        | readonly {
            readonly RequestId: string;
            readonly StartTime: string;
            readonly Log: string;
            readonly RetCode?: number;
          }[]
        | null;
    }>('GetFunctionLogs', name, { Offset: 0, Limit: 100, Order: 'desc', OrderBy: 'start_time' })
    .catch((error: unknown) => {
      if (isMissing(error)) throw notDeployed(name, error);
      const reason = error instanceof Error ? error.message : String(error);
      throw new DeployError(
        `SCF gives no logs of ${name}: ${reason}. Look in the log service: SCF console, the function's page, Log query.`,
        'NO_LOGS',
        error,
      );
    });
  return (Data ?? [])
    .toReversed()
    .map(({ RequestId, StartTime, Log }) => `${StartTime} ${RequestId}\n${Log.trimEnd()}`);
}

function notDeployed(name: string, cause: unknown): DeployError {
  return new DeployError(`${name} is not deployed: run "npx serverless deploy" first.`, 'NOT_DEPLOYED', cause);
}
