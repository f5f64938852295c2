import { nodeHash, type Cos } from '../../shared/cos/index.ts';
import { PairStore } from '../../shared/scan/index.ts';
import { requestedTask, Tasks } from '../../shared/tasks/index.ts';
import type { Core } from '../cloud/cos/index.ts';
import { byKey } from './invariants.ts';
import type { Platform } from './platform.ts';
import type { RuleBook } from './rule-book.ts';

interface Asking {
  readonly cos: Cos;
  readonly kind: Parameters<PairStore['putRequest']>[0]['kind'];
  /** ms since 1970. */
  readonly asked: number;
}

/** Asks for a scan of everything; returns the pairs of each deployment. */
export async function askForScans(
  rules: readonly RuleBook[],
  platforms: readonly Platform[],
  { cos, kind, asked }: Asking,
): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    rules.map(async (book, i) => {
      (platforms[i] as Platform).scanning = true;
      const stores = book.pairs().map((pair) => new PairStore({ cos, state: book.state, hash: nodeHash }, pair));
      await Promise.all(stores.map((store) => store.putRequest({ kind, prefix: '', asked })));
      return stores.map(({ digest }) => digest);
    }),
  );
}

/** Asks for a look at each key of each pair, like a user who names the keys to the API. */
export async function askForLooks(rules: readonly RuleBook[], cos: Cos, core: Core, now: () => number): Promise<void> {
  let asked = 0;
  for (const book of rules) {
    const unique = (): string => `asked${(asked += 1)}`;
    const tasks = new Tasks({ cos, state: book.state, hash: nodeHash, now, unique });
    for (const { source, destination } of book.pairs())
      for (const key of byKey(core, source).keys())
        await tasks.submit(requestedTask({ source, destination, key }, Math.floor(now())));
  }
}
