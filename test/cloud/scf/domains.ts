import { CloudFailure } from './failure.ts';
import type { Registry } from './registry.ts';
import type { CustomDomain, DomainRoute, Domains, FunctionId } from './types.ts';

const PROTOCOLS = ['HTTP', 'HTTPS', 'HTTP&HTTPS'];
/** Labels of a host name; a wildcard is not allowed. */
const HOST = /^(?=.{4,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/;
/** `/`, `/*`, `/a`, `/a/b`, `/a/*` */
const PATH = /^\/(?:[\w.~-]+\/)*(?:\*|[\w.~-]+)?$/;

/**
 * Custom domains of users, as the cloud API's page on CreateCustomDomain describes them. The page names only two codes
 * of refusals, and does not say whether a domain needs a function URL: here it does.
 */
export function createDomains(registry: Registry): Domains {
  const domains = new Map<string, CustomDomain>();

  function check(domain: CustomDomain): void {
    if (!HOST.test(domain.name)) throw new CloudFailure('InvalidParameterValue.Domain', `${domain.name} is no domain`);
    if (!PROTOCOLS.includes(domain.protocol)) {
      throw invalid(`Protocol is ${PROTOCOLS.join(', ')}, not ${domain.protocol}`);
    }
    if (domain.protocol.includes('HTTPS') && !domain.certificate) throw invalid('HTTPS needs a CertificateId');
    if (domain.routes.length === 0) throw invalid('EndpointsConfig names no function');
    for (const route of domain.routes) checkRoute(route, domain.region);
  }

  function checkRoute({ namespace, name, qualifier, path }: DomainRoute, region: string): void {
    if (!PATH.test(path)) throw invalid(`PathMatch ${path} is none of /, /*, /xxx, /xxx/a, /xxx/*`);
    const record = registry.get({ region, namespace, name });
    registry.revision(record, qualifier);
    if (!record.triggers.some((trigger) => trigger.type === 'http' && trigger.qualifier === qualifier)) {
      throw invalid(`${name} has no function URL at ${qualifier}`);
    }
  }

  function find(name: string, region: string): CustomDomain {
    const found = domains.get(name);
    if (found?.region === region) return found;
    throw new CloudFailure('FailedOperation.Domain.UnExist', `${name} is no custom domain of ${region}`);
  }

  return {
    create(domain) {
      if (domains.has(domain.name)) {
        throw new CloudFailure('InvalidParameterValue.Domain', `${domain.name} is bound already`);
      }
      check(domain);
      domains.set(domain.name, domain);
    },
    update(name, region, changes) {
      const changed = { ...find(name, region), ...changes };
      check(changed);
      domains.set(name, changed);
    },
    remove: (name, region) => void domains.delete(find(name, region).name),
    get: find,
    list: (region) => [...domains.values()].filter((domain) => domain.region === region),
    at(host, path) {
      const domain = domains.get(host);
      const route = domain?.routes.find(({ path: pattern }) => matches(pattern, path));
      if (domain === undefined) return undefined;
      return { route: route && { ...route, region: domain.region } };
    },
    leadsTo: (id, qualifier) => [...domains.values()].some((domain) => routesTo(domain, id, qualifier)),
  };
}

function routesTo(domain: CustomDomain, id: FunctionId, qualifier: string | undefined): boolean {
  return domain.routes.some(
    (route) =>
      domain.region === id.region &&
      route.namespace === id.namespace &&
      route.name === id.name &&
      (qualifier === undefined || route.qualifier === qualifier),
  );
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function invalid(message: string): CloudFailure {
  return new CloudFailure('InvalidParameterValue', message);
}
