import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { deploy, type Cloud } from '../../../../shared/deploy/commands/deploy.ts';
import { formatInfo, readInfo } from '../../../../shared/deploy/commands/info.ts';
import { remove } from '../../../../shared/deploy/commands/remove.ts';
import { askDomain, checkDomains } from '../../../../shared/deploy/doctor/domains.ts';
import type { DoctorDeps } from '../../../../shared/deploy/doctor/types.ts';
import { zip } from '../../../../shared/deploy/functions/zip.ts';
import type { Settings } from '../../../../shared/deploy/types.ts';
import type { LocalCloud } from '../../../cloud/index.ts';
import { openPlatform } from '../local-platform.ts';
import { rawConfiguration, sampleSettings } from '../settings.ts';

const LONG = 120_000;
const NAME = 'replication.my-company.com';
const OTHER = 'source-1250000000.my-company.com';
const API = { region: 'ap-guangzhou', namespace: 'default', name: 'cos-replication-dev-api' };
/** Refuses as the API does, and names the requested host. */
const CODE = `exports.main_handler = (event) => ({
  statusCode: 403, headers: {}, body: '<Error><Code>AccessDenied</Code><Message>' + event.headers.host + '</Message></Error>' });`;

let cloud: LocalCloud;
let platform: Cloud;
beforeAll(async () => {
  ({ cloud, platform } = await openPlatform());
}, LONG);
afterAll(() => cloud.close());

const withDomains = (domains: unknown, changes = {}): Settings => sampleSettings({ domains, ...changes });
const both = withDomains([
  { name: NAME, certificate: 'first' },
  { name: OTHER, certificate: 'first' },
]);

/** The lines about domains. */
async function deployed(
  settings: Settings,
  options = {},
  warn: (text: string) => void = () => undefined,
): Promise<string[]> {
  const lines: string[] = [];
  const report = { line: (text: string) => void lines.push(text), warn };
  await deploy(settings, platform, async () => zip({ 'index.js': Buffer.from(CODE) }), report, options);
  return lines.filter((line) => line.startsWith('domain '));
}

async function removed(settings: Settings): Promise<string[]> {
  const lines: string[] = [];
  await remove(settings, platform, { line: (text) => void lines.push(text), warn: () => undefined });
  return lines.filter((line) => line.startsWith('domain ') || line.startsWith(`${API.name}: `));
}

const findings = async (settings: Settings, changes: Partial<DoctorDeps> = {}) => {
  const deps = { settings, ...platform, askDomain: (name: string) => askDomain(name, cloud.endpoint), ...changes };
  return (await checkDomains(deps as unknown as DoctorDeps)).map(
    ({ severity, subject, problem }) => `${severity}: ${subject} ${problem}`,
  );
};

describe.sequential('a custom domain', { timeout: LONG }, () => {
  it('is missing for the doctor before it is deployed', async () => {
    await deployed(withDomains(undefined));
    expect(await findings(both)).toEqual([
      `broken: domain ${NAME} is not bound to the API`,
      `broken: domain ${OTHER} is not bound to the API`,
    ]);
  });

  it('is made once, leads to the API with its own name as host, and is shown', async () => {
    expect(await deployed(both)).toEqual([`domain ${NAME}: created`, `domain ${OTHER}: created`]);
    expect(await deployed(both)).toEqual([`domain ${NAME}: unchanged`, `domain ${OTHER}: unchanged`]);
    expect(await askDomain(OTHER, cloud.endpoint)).toBeUndefined();
    expect(cloud.scf.domains.list('ap-guangzhou')[0]).toMatchObject({
      name: NAME,
      protocol: 'HTTPS',
      certificate: 'first',
      routes: [{ namespace: 'default', name: API.name, qualifier: '$DEFAULT', path: '/*' }],
    });
    expect(await findings(both)).toEqual([]);
    expect(formatInfo(await readInfo(both, platform)).split('\n')).toContain(`    custom domain: https://${NAME}`);
  });

  it('is found where it leads elsewhere', async () => {
    expect(await findings(both, { askDomain: async () => 'getaddrinfo ENOTFOUND' })).toEqual([
      `broken: domain ${NAME} does not lead to the API: getaddrinfo ENOTFOUND`,
      `broken: domain ${OTHER} does not lead to the API: getaddrinfo ENOTFOUND`,
    ]);
    expect(await askDomain('nobody.my-company.com', cloud.endpoint)).toBe('it answers with status 404');
  });

  it('gets another certificate, and keeps a firewall that somebody put before it', async () => {
    cloud.scf.domains.update(NAME, 'ap-guangzhou', { firewall: { WafOpen: 'OPEN', WafInstanceId: 'waf_1' } });
    const changed = withDomains([
      { name: NAME, certificate: 'second' },
      { name: OTHER, certificate: 'first' },
    ]);
    expect(await findings(changed)).toEqual([
      `broken: domain ${NAME} differs from serverless.yml in certificate, protocol or path`,
    ]);
    expect(await deployed(changed)).toEqual([`domain ${NAME}: updated`, `domain ${OTHER}: unchanged`]);
    expect(cloud.scf.domains.get(NAME, 'ap-guangzhou')).toMatchObject({
      certificate: 'second',
      firewall: { WafOpen: 'OPEN', WafInstanceId: 'waf_1' },
    });
  });

  it('is removed and made again where the function URL, or the function, is', async () => {
    // Settings of an older deployment: today a file that asks for signatures of CAM is refused.
    const ours = withDomains([{ name: NAME, certificate: 'second' }]);
    const closed: Settings = {
      ...ours,
      functions: ours.functions.map((each) =>
        each.key === 'api' ? { ...each, events: [{ http: { auth: 'CAM' } }] } : each,
      ),
    };
    expect(await deployed(closed)).toEqual([
      `domain ${OTHER}: removed`,
      `domain ${NAME}: removed`,
      `domain ${NAME}: created`,
    ]);
    const older = rawConfiguration().provider;
    const other = withDomains([{ name: NAME, certificate: 'second' }], {
      provider: { ...older, runtime: 'Nodejs18.15' },
    });
    expect(await deployed(other, { recreate: true })).toEqual([`domain ${NAME}: removed`, `domain ${NAME}: created`]);
    await deployed(both, { recreate: true });
  });

  it('that leads to another function is not taken over, and nothing is changed', async () => {
    const theirs = { ...API, name: 'theirs' };
    const config = { runtime: 'Nodejs20.19' };
    await cloud.scf.createFunction(theirs, config, { zip: zip({ 'index.js': Buffer.from(CODE) }).bytes });
    cloud.scf.createTrigger(theirs, { type: 'http', description: '{"AuthType":"NONE"}', qualifier: '$DEFAULT' });
    const route = { namespace: 'default', name: 'theirs', qualifier: '$DEFAULT', path: '/*' };
    cloud.scf.domains.create({
      name: 'theirs.my-company.com',
      region: 'ap-guangzhou',
      protocol: 'HTTP',
      certificate: '',
      routes: [route],
      firewall: {},
    });
    const taken = withDomains([{ name: 'theirs.my-company.com', certificate: 'x' }]);
    await expect(deployed(taken)).rejects.toMatchObject({ code: 'DOMAIN_TAKEN' });
    expect(cloud.scf.domains.list('ap-guangzhou').map(({ name }) => name)).toEqual([
      NAME,
      OTHER,
      'theirs.my-company.com',
    ]);
  });

  it('that the cloud refuses is named, and the next deployment continues', async () => {
    const wanted = withDomains([{ name: 'new.my-company.com', certificate: 'x' }]);
    const { api } = platform;
    const refusing: CloudApi = {
      async call<T>(service: Parameters<CloudApi['call']>[0], action: string, parameters: object): Promise<T> {
        const changed = action === 'CreateCustomDomain' ? { ...parameters, CertConfig: {} } : parameters;
        return api.call<T>(service, action, changed);
      },
    };
    platform = { ...platform, api: refusing };
    await expect(deployed(wanted)).rejects.toThrow(/new\.my-company\.com was refused: .*HTTPS needs a CertificateId/);
    platform = { ...platform, api };
    expect(await deployed(wanted)).toEqual(['domain new.my-company.com: created']);
  });

  it('that the list no longer has is removed, and stays where the file has no list', async () => {
    expect(await findings(withDomains([]))).toEqual([
      'warning: domain new.my-company.com leads to the API, and serverless.yml does not list it',
    ]);
    await deployed(both);
    expect(await deployed(withDomains([]))).toEqual([`domain ${NAME}: removed`, `domain ${OTHER}: removed`]);
    await deployed(both);
    const warned: string[] = [];
    const warn = (text: string): void => void warned.push(text);
    expect(await deployed(withDomains(undefined), {}, warn)).toEqual([]);
    expect(warned).toEqual([
      `domain ${NAME} leads to the API and stays: "domains: []" in serverless.yml removes it.`,
      `domain ${OTHER} leads to the API and stays: "domains: []" in serverless.yml removes it.`,
    ]);
    expect(await findings(withDomains(undefined))).toEqual([]);
    expect(await removed(both)).toEqual([
      `domain ${NAME}: removed`,
      `domain ${OTHER}: removed`,
      `${API.name}: removed`,
    ]);
    expect(cloud.scf.domains.list('ap-guangzhou').map(({ name }) => name)).toEqual(['theirs.my-company.com']);
  });

  it('is not listed with a key that may not list them, unless one is wanted', async () => {
    const { api } = platform;
    const narrow: CloudApi = {
      async call<T>(service: Parameters<CloudApi['call']>[0], action: string, parameters: object): Promise<T> {
        return api.call<T>(service, action === 'ListCustomDomains' ? 'ListNothing' : action, parameters);
      },
    };
    platform = { ...platform, api: narrow };
    expect(await deployed(withDomains(undefined))).toEqual([]);
    await expect(deployed(both)).rejects.toMatchObject({ code: 'InvalidAction' });
    platform = { ...platform, api };
  });
});
