import { randomBytes } from 'node:crypto';

import { createKeyStore } from '../../shared/access/index.ts';
import { createCosClient, nodeHash } from '../../shared/cos/index.ts';
import { createKeyring } from '../../shared/identity/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { httpFunction, readConfig } from '../../shared/scf/index.ts';
import { createApi } from './api.ts';
import { PAGE } from './console/page.ts';
import { API_CLOSING_MS } from '../../shared/durations/index.ts';

let api: ReturnType<typeof createApi> | undefined;
// An instance runs one request at a time.
let deadline: number | undefined;

function wire(): ReturnType<typeof createApi> {
  const config = readConfig(process.env);
  const cos = createCosClient({
    credentials: () => config.credentials(),
    endpoint: config.cosEndpoint,
    deadline: () => deadline,
  });
  const shared = { cos, state: config.state, now: Date.now };
  return createApi({
    cos,
    state: config.state,
    keys: createKeyStore({ ...shared, random: randomBytes }),
    rules: createRuleStore(shared),
    listed: config,
    cautious: config.cautious,
    withoutAcl: !config.acl,
    hash: nodeHash,
    markerKeys: createKeyring({ cos, state: config.state, others: config.signers, hash: nodeHash, now: Date.now }),
    now: Date.now,
    random: randomBytes,
    page: PAGE,
  });
}

export const main_handler = httpFunction((request, run) => {
  deadline = run.deadline - API_CLOSING_MS;
  api ??= wire();
  return api(request, run);
});
