import type { ClientConfig } from '../client.ts';
import { runChecks } from './checks.ts';
import type { Client } from './checks.ts';

/** The script of the page. A script element of its own has loaded the SDK, as its documentation says. */
declare const COS: new (options: object) => Client;
declare const location: { readonly hash: string };

const config = JSON.parse(decodeURIComponent(location.hash.slice(1))) as ClientConfig;

async function send(path: string, line: object): Promise<void> {
  await fetch(path, { method: 'POST', body: JSON.stringify(line) });
}

const lines: object[] = [];
await runChecks(
  config,
  ({ secretId, secretKey, domain }) =>
    new COS({ SecretId: secretId, SecretKey: secretKey, Domain: domain, Protocol: 'http:' }),
  (check, outcome, detail) => lines.push({ check, outcome, detail }),
);
await send('/report', lines);
