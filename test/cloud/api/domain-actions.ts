import { CloudFailure } from '../scf/index.ts';
import type { CustomDomain, DomainRoute } from '../scf/index.ts';
import type { Actions } from './action.ts';
import { page } from './format.ts';
import type { Parameters } from './parameters.ts';

const domainResource = (parameters: Parameters): string => `domain/${parameters.text('Domain') || '*'}`;

/** Calls about custom domains, with the parameters of the API's pages: 583/111924 to 583/111928. */
export const DOMAIN_ACTIONS: Actions = {
  CreateCustomDomain: {
    required: ['Domain', 'Protocol', 'EndpointsConfig'],
    optional: ['CertConfig', 'WafConfig'],
    resource: domainResource,
    run(parameters, { scf, region }) {
      scf.domains.create({
        name: parameters.text('Domain'),
        region,
        protocol: parameters.text('Protocol'),
        certificate: certificateOf(parameters),
        routes: parameters.records('EndpointsConfig').map(readRoute),
        firewall: readFirewall(parameters) ?? { WafOpen: 'CLOSE', WafInstanceId: '' },
      });
      return {};
    },
  },
  UpdateCustomDomain: {
    required: ['Domain'],
    optional: ['Protocol', 'CertConfig', 'WafConfig', 'EndpointsConfig'],
    resource: domainResource,
    run(parameters, { scf, region }) {
      const firewall = readFirewall(parameters);
      scf.domains.update(parameters.text('Domain'), region, {
        ...(parameters.has('Protocol') ? { protocol: parameters.text('Protocol') } : {}),
        ...(parameters.has('CertConfig') ? { certificate: certificateOf(parameters) } : {}),
        ...(parameters.has('EndpointsConfig') ? { routes: parameters.records('EndpointsConfig').map(readRoute) } : {}),
        ...(firewall === undefined ? {} : { firewall }),
      });
      return {};
    },
  },
  DeleteCustomDomain: {
    required: ['Domain'],
    optional: [],
    resource: domainResource,
    run(parameters, { scf, region }) {
      scf.domains.remove(parameters.text('Domain'), region);
      return {};
    },
  },
  GetCustomDomain: {
    required: ['Domain'],
    optional: [],
    resource: domainResource,
    run: (parameters, { scf, region }) => describe(scf.domains.get(parameters.text('Domain'), region)),
  },
  ListCustomDomains: {
    required: [],
    optional: ['Offset', 'Limit', 'OrderBy', 'Order'],
    resource: domainResource,
    run(parameters, { scf, region }) {
      const all = scf.domains.list(region);
      const shown = page(all, parameters.optionalNumber('Offset'), parameters.optionalNumber('Limit'));
      // This service answers null for an empty list.
      return { Total: all.length, Domains: shown.length === 0 ? null : shown.map(describe) };
    },
  },
};

const certificateOf = (parameters: Parameters): string => parameters.record('CertConfig').text('CertificateId');

function readRoute(route: Parameters): DomainRoute {
  if (route.has('PathRewrite')) throw new CloudFailure('UnknownParameter', 'PathRewrite is not available here.');
  for (const name of ['Namespace', 'FunctionName', 'Qualifier', 'PathMatch']) {
    if (!route.has(name)) throw new CloudFailure('MissingParameter', `EndpointsConfig lacks \`${name}\`.`);
  }
  return {
    namespace: route.text('Namespace'),
    name: route.text('FunctionName'),
    qualifier: route.text('Qualifier'),
    path: route.text('PathMatch'),
  };
}

function readFirewall(parameters: Parameters): CustomDomain['firewall'] | undefined {
  if (!parameters.has('WafConfig')) return undefined;
  const given = parameters.record('WafConfig');
  const open = given.text('WafOpen');
  if (open !== 'OPEN' && open !== 'CLOSE') throw new CloudFailure('InvalidParameterValue', 'WafOpen: OPEN or CLOSE.');
  return { WafOpen: open, WafInstanceId: given.text('WafInstanceId') };
}

function describe({ name, protocol, certificate, routes, firewall }: CustomDomain): object {
  return {
    Domain: name,
    Protocol: protocol,
    EndpointsConfig: routes.map((route) => ({
      Namespace: route.namespace,
      FunctionName: route.name,
      Qualifier: route.qualifier,
      PathMatch: route.path,
      PathRewrite: null,
    })),
    CertConfig: { CertificateId: certificate },
    WafConfig: firewall,
    Tags: [],
  };
}
