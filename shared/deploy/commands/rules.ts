import { parseRules } from '../../rules/index.ts';
import { askApi } from '../cloud/api-call.ts';
import { DeployError } from '../error.ts';
import { bucketOf, type ApiDeps } from './ask.ts';

export interface RulesOptions {
  readonly bucket: string | undefined;
  readonly json: boolean;
}

/** Prints the document as it is stored; with `json`, its rules as fields too. Throws `DeployError`. */
export async function getRules(deps: ApiDeps, options: RulesOptions): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const xml = await askApi(deps.keys, deps.address, { method: 'GET', bucket, subresource: 'replication' }).catch(
    (error: unknown) => {
      // The name of the error has the small n that SDKs expect.
      if (!(error instanceof DeployError) || error.code !== 'ReplicationConfigurationnotFoundError') throw error;
      const advice = `store rules with "npx serverless replication rules put --bucket ${bucket} --file rules.xml"`;
      throw new DeployError(`${bucket} has no replication rules: ${advice}.`, 'NO_RULES', error);
    },
  );
  if (!options.json) return deps.print(xml);
  const { role, rules } = parseRules(xml, 'per-destination');
  deps.print(JSON.stringify({ bucket, role, rules, xml }));
}

/** Stores a document as it was read from a file; it replaces all rules. Throws `DeployError`. */
export async function putRules(deps: ApiDeps, options: RulesOptions, document: Uint8Array): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  const call = { method: 'PUT', bucket, subresource: 'replication', body: document } as const;
  await askApi(deps.keys, deps.address, call);
  // The API has accepted the document, so it can be parsed.
  const rules = parseRules(document, 'per-destination').rules.map(({ id, enabled }) => ({ id, enabled }));
  if (options.json) return deps.print(JSON.stringify({ bucket, rules }));
  const enabled = rules.filter((rule) => rule.enabled).length;
  deps.print(`${bucket}: ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'} stored, ${enabled} enabled`);
}

/** Removes all rules. A bucket without rules is no error. Throws `DeployError`. */
export async function deleteRules(deps: ApiDeps, options: RulesOptions): Promise<void> {
  const bucket = bucketOf(deps.settings, options.bucket);
  await askApi(deps.keys, deps.address, { method: 'DELETE', bucket, subresource: 'replication' });
  deps.print(
    options.json ? JSON.stringify({ bucket, rules: [] }) : `${bucket}: rules removed; replicas and pending work stay`,
  );
}
