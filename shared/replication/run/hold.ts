import type { Lease, Leases } from '../../tasks/index.ts';
import { at } from '../errors.ts';
import type { Work } from '../types.ts';
import { LONGEST_COPY_MS, SIGNATURE_LIFE_MS } from '../../durations/index.ts';
import type { EngineDeps } from '../settings.ts';

/** Keeps a run's lease on its key for as long as its requests may take. */
export class Hold {
  readonly #deps: Pick<EngineDeps, 'now' | 'settings'>;
  readonly #work: Work;
  readonly #leases: Leases | undefined;
  #lease: Lease | undefined;

  /** `leases` undefined: the run has no lease, and waits for its requests in another way. */
  constructor(deps: Pick<EngineDeps, 'now' | 'settings'>, work: Work, leases: Leases | undefined) {
    this.#deps = deps;
    this.#work = work;
    this.#leases = leases;
  }

  begin(lease: Lease): void {
    this.#lease = lease;
  }

  /** To be called before a copy of this many bytes in one request. Throws `CosError`. */
  async outlast(attempt: string, bytes: number): Promise<void> {
    const [leases, lease] = [this.#leases, this.#lease];
    if (leases === undefined || lease === undefined) return;
    const copying = Math.min(LONGEST_COPY_MS, bytes / this.#deps.settings.slowestCopy);
    const until = this.#deps.now() + SIGNATURE_LIFE_MS + Math.ceil(copying);
    await at('state', () => leases.outlast(lease, this.#work, attempt, until));
  }
}
