import { apiDomain, ROLE, type Environment } from '../job/index.ts';

/** The output of `npm run cloud -- --json`; other programs rely on its names. */
export function whereIsJson(environment: Environment): string {
  const { endpoint, secretId, secretKey, appid, source, destination, state } = environment;
  return JSON.stringify({
    endpoint,
    secretId,
    secretKey,
    appid,
    source,
    destination,
    role: ROLE,
    apiDomain: apiDomain(source.region),
    stateBucket: state.bucket,
  });
}

/** The same for a person: all addresses, and the next steps by hand. Ends before column 80 where the names let it. */
export function whereIs(environment: Environment): string {
  const { endpoint, secretId, secretKey, source, destination, state } = environment;
  return `
The cloud stays up until Ctrl-C.

  source        ${source.bucket} in ${source.region}
  destination   ${destination.bucket} in ${destination.region}
  state bucket  ${state.bucket}
  endpoint      ${endpoint}
                is any host of COS, if it is your HTTP proxy
  API           ${endpoint}/${source.bucket}?replication
  console page  ${endpoint}/console
                sign in with ${secretId}
                and the key  ${secretKey}

For the serverless CLI, in another terminal:

  export TENCENTCLOUD_ENDPOINT=${endpoint}
  export TENCENTCLOUD_SECRET_ID=${secretId}
  export TENCENTCLOUD_SECRET_KEY=${secretKey}
  npx serverless info --region ${source.region}

For cos-nodejs-sdk-v5, the buckets and then the replication API:

  const keys = { SecretId, SecretKey, Protocol: 'http:' };
  new COS({ ...keys, Proxy: '${endpoint}' });
  new COS({ ...keys, Domain: '${new URL(endpoint).host}' });
`;
}
