import { CloudApiError } from './cloud-api.ts';
import type { CloudApi } from './cloud-api.ts';
import { DeployError } from '../error.ts';

/** ms between two checks of a function that is being made or changed. */
const POLL_INTERVAL = 1000;
/** Functions in one answer. */
const PER_PAGE = 20;
/** Checks before giving up: three minutes. */
const POLL_LIMIT = 180;

/** The fields of an answer of GetFunction that are read. */
export interface DeployedFunction {
  readonly FunctionName: string;
  readonly Status: string;
  readonly StatusDesc?: string;
  readonly StatusReasons?: readonly { readonly ErrorMessage?: string }[];
  readonly Runtime: string;
  readonly Handler: string;
  readonly Description: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Role: string;
  readonly ClsLogsetId?: string | null;
  readonly ClsTopicId?: string | null;
  readonly Environment?: { readonly Variables?: readonly { readonly Key: string; readonly Value: string }[] | null };
}

/** The fields of an answer of ListTriggers that are read. */
export interface ListedTrigger {
  readonly Type: string;
  readonly TriggerName: string;
  readonly TriggerDesc: string;
  /** 1 or 0, although CreateTrigger takes `OPEN` or `CLOSE`. */
  readonly Enable?: number | string;
  readonly Qualifier?: string;
}

export interface Scf {
  /** Undefined when there is none. */
  get(name: string): Promise<DeployedFunction | undefined>;
  /** Waits until the function accepts changes and calls. Throws `DeployError` when it failed or takes too long. */
  active(name: string): Promise<DeployedFunction>;
  /** Names of the region's functions with this prefix; '' for all. */
  named(prefix: string): Promise<readonly string[]>;
  triggers(name: string): Promise<readonly ListedTrigger[]>;
  /** Any other call about one function. */
  call<T = Record<string, unknown>>(action: string, name: string, parameters?: object): Promise<T>;
  remove(name: string): Promise<void>;
}

export function createScf(api: CloudApi, sleep: (ms: number) => Promise<void>): Scf {
  const call = <T>(action: string, name: string, parameters: object = {}) =>
    api.call<T>('scf', action, { FunctionName: name, Namespace: 'default', ...parameters });

  const get = (name: string) =>
    call<DeployedFunction>('GetFunction', name, { ShowCode: 'FALSE' }).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });

  return {
    call,
    get,
    async active(name) {
      for (let look = 0; look < POLL_LIMIT; look += 1) {
        const found = await get(name);
        if (found?.Status === 'Active') return found;
        if (found?.Status.endsWith('Failed')) {
          const reason = found.StatusReasons?.[0]?.ErrorMessage ?? found.StatusDesc ?? 'no reason given';
          throw new DeployError(`${name} is ${found.Status}: ${reason}`, 'FUNCTION_FAILED');
        }
        await sleep(POLL_INTERVAL);
      }
      throw new DeployError(
        `${name} did not become Active within ${(POLL_LIMIT * POLL_INTERVAL) / 60_000} minutes: look at it in the SCF console, then deploy again.`,
        'FUNCTION_NOT_ACTIVE',
      );
    },
    async named(prefix) {
      const found: string[] = [];
      for (let offset = 0; ;) {
        const page = await api.call<{ Functions?: readonly { FunctionName: string }[] | null; TotalCount: number }>(
          'scf',
          'ListFunctions',
          { Namespace: 'default', SearchKey: prefix, Offset: offset, Limit: PER_PAGE },
        );
        const functions = page.Functions ?? [];
        // SCF searches for the text anywhere in a name.
        found.push(...functions.map(({ FunctionName }) => FunctionName).filter((name) => name.startsWith(prefix)));
        offset += functions.length;
        if (functions.length === 0 || offset >= page.TotalCount) return found;
      }
    },
    async triggers(name) {
      const found: ListedTrigger[] = [];
      for (;;) {
        const page = await call<{ Triggers?: readonly ListedTrigger[] | null; TotalCount: number }>(
          'ListTriggers',
          name,
          { Offset: found.length, Limit: 100 },
        );
        const triggers = page.Triggers ?? [];
        found.push(...triggers);
        if (triggers.length === 0 || found.length >= page.TotalCount) return found;
      }
    },
    async remove(name) {
      await call('DeleteFunction', name).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
  };
}

/** The function itself does not exist. Both spellings of the code occur. */
export function isMissing(error: unknown): boolean {
  return error instanceof CloudApiError && /^ResourceNotFound\.Function(Name)?$/.test(error.code);
}
