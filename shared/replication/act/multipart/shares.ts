import { askForHelp, type Help } from '../../../tasks/index.ts';
import { at } from '../../errors.ts';

/** ms after which a run that was asked for help and shows no new part is taken for lost. */
const LOST_MS = 30_000;

/** Parts that another run was asked to copy. */
export interface Share {
  readonly parts: readonly number[];
  /** Those that were missing when it was last looked. */
  missing: number;
  /** ms since 1970: when that number last changed. */
  since: number;
}

/** Cuts parts into shares of one size, each of parts that follow each other: at most `runs`, and none with too few for its lanes. */
export function sharesOf(parts: readonly number[], runs: number, lanes: number): readonly (readonly number[])[] {
  const count = Math.max(1, Math.min(runs, Math.floor(parts.length / lanes)));
  const each = Math.ceil(parts.length / count);
  return Array.from({ length: count }, (_, i) => parts.slice(i * each, (i + 1) * each)).filter((one) => one.length > 0);
}

/** Asks other runs for help with all shares but the first. Gives those for which nobody could be asked to the first. */
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
 * The parts of others that a run with nothing left to do may copy: the last ones first, and none that is probably under way.
 * Of a run that seems lost, all. Undefined: no part is missing. Adjusts the shares.
 */
export function toTakeOver(
  shares: readonly Share[],
  known: ReadonlyMap<number, string>,
  { now, longest, lanes }: { readonly now: number; readonly longest: number; readonly lanes: number },
): readonly number[] | undefined {
  const left = shares.map((share) => {
    const missing = share.parts.filter((part) => !known.has(part));
    if (missing.length !== share.missing) Object.assign(share, { missing: missing.length, since: now });
    return now - share.since >= Math.max(2 * longest, LOST_MS) ? missing : missing.slice(lanes).toReversed();
  });
  return shares.some(({ missing }) => missing > 0) ? left.flat() : undefined;
}
