import { afterAll, beforeAll, describe } from 'vitest';
import { copyCases } from './copies.ts';
import { objectCases } from './objects.ts';
import { openBuckets, type Opened } from './opened.ts';
import { propertyCases } from './properties.ts';
import { STORES } from './stores.ts';
import { versionCases } from './versions.ts';

/**
 * The calls that the product needs from COS. The deployed client and the storage core of simulated worlds both pass, so
 * the simulation proves nothing that does not hold for the client. One file opens the stores for all cases, because that
 * takes longer than the cases.
 */
describe.each(STORES)('%s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openBuckets(open);
  });
  afterAll(() => opened.store.close());

  for (const cases of [objectCases, versionCases, copyCases, propertyCases]) cases(() => opened);
});
