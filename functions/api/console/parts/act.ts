import { useCallback, useState } from 'preact/hooks';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';

/** An action of the user on a screen: whether it is in progress, and its last error. */
export interface Acting {
  readonly busy: boolean;
  readonly problem: ApiError | undefined;
  /** Runs the action. A failure becomes `problem` and is not thrown. */
  readonly act: (work: () => Promise<void>) => Promise<void>;
  readonly forget: () => void;
}

export function useAct(): Acting {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const act = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(asApiError(error));
    } finally {
      setBusy(false);
    }
  }, []);
  const forget = useCallback(() => setProblem(undefined), []);
  return { busy, problem, act, forget };
}
