import { apiDomain, ROLE, type Environment } from '../job/index.ts';

/** What `npm run cloud -- --json` prints; other programs rely on its names. */
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

/** The same for a person: where everything is and how to go on by hand. */
export function whereIs(environment: Environment): string {
  const { endpoint, secretId, secretKey, source, destination, state } = environment;
  return `
The cloud stays up until Ctrl-C.

  source        ${source.bucket} in ${source.region}
  destination   ${destination.bucket} in ${destination.region}
  state bucket  ${state.bucket}
  endpoint      ${endpoint}   any host of COS, through it as HTTP proxy
  API           http://${source.bucket}.${apiDomain(source.region)}/?replication   (same proxy)
  console page  ${endpoint}/console
                sign in with ${secretId}
                and the key  ${secretKey}

For the serverless CLI, in another terminal:

  export TENCENTCLOUD_ENDPOINT=${endpoint}
  export TENCENTCLOUD_SECRET_ID=${secretId}
  export TENCENTCLOUD_SECRET_KEY=${secretKey}
  npx serverless info

For cos-nodejs-sdk-v5:

  new COS({ SecretId, SecretKey, Protocol: 'http:', Proxy: '${endpoint}' })                          the buckets
  new COS({ SecretId, SecretKey, Protocol: 'http:', Proxy: '${endpoint}',
            Domain: '{Bucket}.${apiDomain('{Region}')}' })                         the replication API
`;
}
