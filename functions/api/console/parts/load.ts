import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';

/** ms between two refreshes of an open screen. */
const EVERY = 15_000;

/** A value that is being fetched: the last known value, and the last error. */
export interface Loading<T> {
  readonly value: T | undefined;
  readonly error: ApiError | undefined;
  readonly busy: boolean;
  /** Fetches it again; the last known value stays on the screen until then. */
  readonly reload: () => Promise<void>;
}

/** Fetches when the screen opens and whenever `key` changes. An answer for an earlier `key` is dropped. */
export function useLoad<T>(key: string, fetch: () => Promise<T>): Loading<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: ApiError; busy: boolean }>({ key, busy: true });
  const question = useRef(0);
  const latest = useRef(fetch);
  latest.current = fetch;
  const reload = useCallback(async () => {
    const asked = (question.current += 1);
    setState((before) => (before.key === key ? { ...before, busy: true } : { key, busy: true }));
    try {
      const value = await latest.current();
      if (question.current === asked) setState({ key, value, busy: false });
    } catch (error) {
      if (question.current !== asked) return;
      setState(({ value }) => ({
        key,
        error: asApiError(error),
        busy: false,
        ...(value === undefined ? {} : { value }),
      }));
    }
  }, [key]);
  useEffect(() => {
    void reload();
    // A closed screen ignores answers.
    return () => void (question.current += 1);
  }, [reload]);
  const current: typeof state = state.key === key ? state : { key, busy: true };
  return { value: current.value, error: current.error, busy: current.busy, reload };
}

/** Refreshes every 15 s, never while the page is hidden, and at once when it is shown again after a longer time. */
export function useLive(reload: () => Promise<void>, active = true): void {
  useEffect(() => {
    if (!active) return undefined;
    let last = Date.now();
    const look = () => {
      if (document.hidden || Date.now() - last < EVERY) return;
      last = Date.now();
      void reload();
    };
    const timer = setInterval(look, EVERY / 5);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [reload, active]);
}
