import { CloudApiError, type CloudApi } from '../cloud/cloud-api.ts';
import { DeployError } from '../error.ts';
import { QUALIFIER } from '../functions/triggers.ts';
import type { DomainSettings } from '../types.ts';

/** HTTPS only: requests are signed, but a key with the right `metrics` is sent in plain text. */
const PROTOCOL = 'HTTPS';
const NAMESPACE = 'default';
/** Every path: the API has paths with keys, and `/console`. */
const EVERY_PATH = '/*';
/** Domains that one answer lists. */
const PER_PAGE = 20;

/** Receives each change as a line for a person. */
interface Report {
  line(text: string): void;
}

interface Endpoint {
  readonly Namespace: string;
  readonly FunctionName: string;
  readonly Qualifier: string;
  readonly PathMatch: string;
  readonly PathRewrite?: readonly unknown[] | null;
}

/** A domain in the answer of ListCustomDomains. */
interface ListedDomain {
  readonly Domain: string;
  readonly Protocol: string;
  readonly EndpointsConfig?: readonly Endpoint[] | null;
  readonly CertConfig?: { readonly CertificateId?: string | null } | null;
  readonly WafConfig?: Readonly<Record<string, string>> | null;
}

/** The difference between the domains of serverless.yml and those that lead to the API. */
export interface DomainPlan {
  /** Name of the function behind the domains. */
  readonly function: string;
  readonly create: readonly DomainSettings[];
  readonly update: readonly { readonly wanted: DomainSettings; readonly listed: ListedDomain }[];
  readonly unchanged: readonly DomainSettings[];
  /** Names of domains that lead only to this function and are no longer listed. */
  readonly remove: readonly string[];
  /**
   * Names of such domains when serverless.yml does not mention domains: somebody has bound them by hand, and they stay.
   */
  readonly left: readonly string[];
}

/**
 * Compares the domains. `wanted` is undefined when serverless.yml does not mention domains. Throws `DeployError` when a
 * domain leads elsewhere: it belongs to somebody else and is not changed.
 */
export async function planDomains(
  api: CloudApi,
  {
    wanted: listing,
    function: name,
  }: { readonly wanted: readonly DomainSettings[] | undefined; readonly function: string },
): Promise<DomainPlan> {
  const wanted = listing ?? [];
  const listed = await list(api).catch((error: unknown): ListedDomain[] => {
    // A deployment without domains must not need the right to list them.
    if (wanted.length === 0 && error instanceof CloudApiError) return [];
    throw error;
  });
  const own = listed.filter((domain) => isOwn(domain, name));
  const pairs = wanted.map((one) => ({ wanted: one, listed: listed.find(({ Domain }) => Domain === one.name) }));
  for (const { wanted: one, listed: found } of pairs) {
    if (found === undefined || own.includes(found)) continue;
    const targets = (found.EndpointsConfig ?? []).map(
      ({ FunctionName, PathMatch }) => `${FunctionName} (${PathMatch})`,
    );
    throw new DeployError(
      `The custom domain ${one.name} leads to ${targets.join(', ')}: nothing was changed. Take it out of domains in serverless.yml, or delete it in the SCF console (Custom domains) if nobody needs it there, then deploy again.`,
      'DOMAIN_TAKEN',
    );
  }
  const names = new Set(wanted.map((one) => one.name));
  const others = own.map(({ Domain }) => Domain).filter((domain) => !names.has(domain));
  return {
    function: name,
    create: pairs.filter(({ listed: found }) => found === undefined).map(({ wanted: one }) => one),
    update: pairs.flatMap(({ wanted: one, listed: found }) =>
      found === undefined || sameDomain(one, found) ? [] : [{ wanted: one, listed: found }],
    ),
    unchanged: pairs.flatMap(({ wanted: one, listed: found }) =>
      found !== undefined && sameDomain(one, found) ? [one] : [],
    ),
    remove: listing === undefined ? [] : others,
    left: listing === undefined ? others : [],
  };
}

/** The domains of a function as URLs: `https://replication.my-company.com`. */
export async function domainsOf(api: CloudApi, name: string): Promise<string[]> {
  const { remove } = await planDomains(api, { wanted: [], function: name });
  return remove.map((domain) => `https://${domain}`);
}

/** Makes and changes domains by the plan. The function URL has to exist, because a domain leads to it. */
export async function applyDomains(api: CloudApi, plan: DomainPlan, report: Report): Promise<void> {
  for (const wanted of plan.create) {
    await naming(wanted, api.call('scf', 'CreateCustomDomain', settingsOf(wanted, plan.function)));
    report.line(`domain ${wanted.name}: created`);
  }
  for (const { wanted, listed } of plan.update) {
    // A firewall that somebody has put before the domain stays.
    const firewall = listed.WafConfig ? { WafConfig: listed.WafConfig } : {};
    const changed = { ...settingsOf(wanted, plan.function), ...firewall };
    await naming(wanted, api.call('scf', 'UpdateCustomDomain', changed));
    report.line(`domain ${wanted.name}: updated`);
  }
  for (const { name } of plan.unchanged) report.line(`domain ${name}: unchanged`);
}

/** Removes domains. This comes before the function URL is removed: the platform keeps a URL that a domain leads to. */
export async function removeDomains(api: CloudApi, names: readonly string[], report: Report): Promise<void> {
  for (const name of names) {
    await api.call('scf', 'DeleteCustomDomain', { Domain: name }).catch((error: unknown) => {
      if (!(error instanceof CloudApiError) || error.code !== 'FailedOperation.Domain.UnExist') throw error;
    });
    report.line(`domain ${name}: removed`);
  }
}

async function naming({ name }: DomainSettings, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const refused = error instanceof CloudApiError && /^(InvalidParameter|FailedOperation|Resource)/.test(error.code);
    if (!refused) throw error;
    throw new DeployError(
      `The custom domain ${name} was refused: ${error.message}. Everything else is deployed. See that the domain has its DNS record, an ICP filing where the region asks for one, and a valid certificate of this account, then deploy again.`,
      'DOMAIN_REFUSED',
      error,
    );
  }
}

const settingsOf = ({ name, certificate }: DomainSettings, target: string): object => ({
  Domain: name,
  Protocol: PROTOCOL,
  CertConfig: { CertificateId: certificate },
  EndpointsConfig: [{ Namespace: NAMESPACE, FunctionName: target, Qualifier: QUALIFIER, PathMatch: EVERY_PATH }],
});

function isOwn({ EndpointsConfig }: ListedDomain, name: string): boolean {
  const endpoints = EndpointsConfig ?? [];
  return (
    endpoints.length > 0 &&
    endpoints.every(({ Namespace, FunctionName }) => Namespace === NAMESPACE && FunctionName === name)
  );
}

function sameDomain({ certificate }: DomainSettings, { Protocol, CertConfig, EndpointsConfig }: ListedDomain): boolean {
  const [endpoint, ...more] = EndpointsConfig ?? [];
  return (
    Protocol === PROTOCOL &&
    CertConfig?.CertificateId === certificate &&
    more.length === 0 &&
    endpoint?.Qualifier === QUALIFIER &&
    endpoint.PathMatch === EVERY_PATH &&
    (endpoint.PathRewrite ?? []).length === 0
  );
}

async function list(api: CloudApi): Promise<ListedDomain[]> {
  const found: ListedDomain[] = [];
  for (;;) {
    const page = await api.call<{ readonly Total?: number; readonly Domains?: readonly ListedDomain[] | null }>(
      'scf',
      'ListCustomDomains',
      { Offset: found.length, Limit: PER_PAGE },
    );
    const domains = page.Domains ?? [];
    found.push(...domains);
    if (domains.length === 0 || found.length >= (page.Total ?? 0)) return found;
  }
}
