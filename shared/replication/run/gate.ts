import { at } from '../errors.ts';
import { RULES_CHANGED, type RulesChanged } from '../halt.ts';
import type { RunBase } from './base.ts';

/** Permission to write. A run asks before each write, so that it overwrites nothing and follows no removed rule. */
export interface Gate {
  /**
   * Requests in advance whether the destination keeps versions. A run that writes nothing need not wait for the answer.
   */
  prepare(): void;
  /** Undefined when the run may write. Throws `BucketNotVersioned`, `CosError`. */
  closed(): Promise<RulesChanged | undefined>;
}

/** `isInForce`: whether the rules of the work are still those that are stored. */
export function createGate({ deps, work }: RunBase, isInForce: () => Promise<boolean>): Gate {
  const checkVersioned = (): Promise<void> => at('destination', () => deps.versioning.check(work.destination));
  return {
    prepare: () => void checkVersioned().catch(() => undefined),
    closed: async () => {
      if (!(await isInForce())) return RULES_CHANGED;
      await checkVersioned();
      return undefined;
    },
  };
}
