import { DeployError } from '../error.ts';
import type { DomainSettings } from '../types.ts';
import { readRegional, type RegionalContext } from './regional.ts';

/** A host name without a wildcard, which the platform does not accept. */
const NAME = /^(?=.{4,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/;
/** Domains of the platform itself, which nobody can bind. */
const PLATFORM = /\.(?:tencentscf\.com|myqcloud\.com|tencentcos\.cn|tencentcloudapi\.com)$/;

const LIST = {
  setting: 'domains',
  form: '{ name: replication.my-company.com, certificate: ID }, where ID is that of the certificate in SSL Certificate Service; no wildcard, no address of the cloud itself',
  fields: {
    name: (value: unknown) => typeof value === 'string' && NAME.test(value) && !PLATFORM.test(value),
    certificate: (value: unknown) => typeof value === 'string' && /^[A-Za-z\d_-]{1,64}$/.test(value),
  },
};

/**
 * The custom domains of the API in the deployed region; undefined when serverless.yml does not mention domains. Throws
 * `DeployError` with the line to change.
 */
export function readDomains(value: unknown, context: RegionalContext): DomainSettings[] | undefined {
  if (value === undefined) return undefined;
  const found = readRegional<DomainSettings>(value, LIST, context);
  const twice = found.find(({ name }, index) => found.findIndex((one) => one.name === name) < index);
  if (twice === undefined) return found;
  throw new DeployError(
    `${context.locate(['domains'])}: ${twice.name} is listed twice under domains; take one entry out.`,
    'LISTED_TWICE',
  );
}
