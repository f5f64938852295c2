import { askForHelp, type Help } from '../../../tasks/index.ts';
import { at } from '../../errors.ts';
import { HELPER_LOST_MS } from '../../../durations/index.ts';

/** Parts that another run was asked to copy. */
export interface Share {
  readonly parts: readonly number[];
  /** The number of its missing parts at the last check. */
  missing: number;
  /** Time at which that number last changed, in ms since 1970. */
  since: number;
}

/**
 * Splits parts into shares of equal size and consecutive parts: at most `runs`, and none with fewer parts than lanes.
 */
export function sharesOf(parts: readonly number[], runs: number, lanes: number): readonly (readonly number[])[] {
  const count = Math.max(1, Math.min(runs, Math.floor(parts.length / lanes)));
  const each = Math.ceil(parts.length / count);
  return Array.from({ length: count }, (_, i) => parts.slice(i * each, (i + 1) * each)).filter((one) => one.length > 0);
}

/**
 * Asks other runs for help with all shares but the first. A share that could not be asked for is added to the first.
 */
export async function handOut(
  deps: Parameters<typeof askForHelp>[0] & { now(): number },
  [own = [], ...others]: readonly (readonly number[])[],
  help: Omit<Help, 'first' | 'last'>,
): Promise<{ readonly own: readonly number[]; readonly shares: readonly Share[] }> {
  const asked = await Promise.allSettled(
    others.map((parts) =>
      at('state', () => askForHelp(deps, { ...help, first: parts.at(0) ?? 1, last: parts.at(-1) ?? 1 })),
    ),
  );
  const isAsked = (_: unknown, i: number): boolean => asked[i]?.status === 'fulfilled';
  return {
    own: [...own, ...others.filter((parts, i) => !isAsked(parts, i)).flat()],
    shares: others.filter(isAsked).map((parts) => ({ parts, missing: parts.length, since: deps.now() })),
  };
}

/**
 * The parts of other runs that a run without work of its own may copy: the last ones first, and none that is probably
 * in progress; all parts of a run that seems lost. Undefined when no part is missing. Updates the shares.
 */
export function toTakeOver(
  shares: readonly Share[],
  known: ReadonlyMap<number, string>,
  { now, longest, lanes }: { readonly now: number; readonly longest: number; readonly lanes: number },
): readonly number[] | undefined {
  const left = shares.map((share) => {
    const missing = share.parts.filter((part) => !known.has(part));
    if (missing.length !== share.missing) Object.assign(share, { missing: missing.length, since: now });
    return now - share.since >= Math.max(2 * longest, HELPER_LOST_MS) ? missing : missing.slice(lanes).toReversed();
  });
  return shares.some(({ missing }) => missing > 0) ? left.flat() : undefined;
}
