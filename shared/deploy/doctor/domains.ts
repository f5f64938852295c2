import { exchange } from '../../http/index.ts';
import { servedBy } from '../commands/deploy.ts';
import { planDomains } from '../domains/domains.ts';
import { desiredFunctions } from '../functions/desired.ts';
import { broken, DEPLOY, warning, type Check, type Finding } from './types.ts';

const LIMIT_MS = 20_000;

/** Checks that each custom domain is bound as serverless.yml says, and that the API answers at it. */
export const checkDomains: Check = async ({ settings, api, askDomain }) => {
  const plan = await planDomains(api, { wanted: settings.domains, function: servedBy(desiredFunctions(settings)) });
  const findings: Finding[] = [
    ...plan.create.map(({ name }) => broken(`domain ${name}`, 'is not bound to the API', DEPLOY)),
    ...plan.update.map(({ wanted }) =>
      broken(`domain ${wanted.name}`, 'differs from serverless.yml in certificate, protocol or path', DEPLOY),
    ),
    ...plan.remove.map((name) =>
      warning(
        `domain ${name}`,
        'leads to the API, and serverless.yml does not list it',
        'The next deployment removes it.',
      ),
    ),
  ];
  for (const { name } of plan.unchanged) {
    const problem = await askDomain(name);
    if (problem === undefined) continue;
    findings.push(
      broken(
        `domain ${name}`,
        `does not lead to the API: ${problem}`,
        'Point the DNS record of the domain at the address that the SCF console shows for it (Custom domains), and see that the certificate is valid and of this name.',
      ),
    );
  }
  return findings;
};

/**
 * Requests the rules at a domain without a signature, which the API refuses in the form of COS. Returns undefined for
 * that refusal, and otherwise a description of the answer.
 */
export async function askDomain(name: string, endpoint: string | undefined): Promise<string | undefined> {
  const asked = { method: 'GET', path: '/?replication', headers: { Host: name }, body: '', idleLimit: LIMIT_MS };
  try {
    const { status, body } = await exchange(endpoint ?? `https://${name}`, asked);
    if (status === 403 && /<Code>AccessDenied<\/Code>/.test(body)) return undefined;
    return `it answers with status ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
