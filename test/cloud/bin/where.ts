import { apiDomain, DESTINATION, ROLE, SOURCE, type Environment } from '../job/index.ts';

const stateBucketOf = ({ state }: Environment): string => state.bucket;

/** What `npm run cloud -- --json` prints; other programs rely on its names. */
export function whereIsJson(environment: Environment): string {
  const { endpoint, secretId, secretKey } = environment;
  return JSON.stringify({
    endpoint,
    secretId,
    secretKey,
    appid: SOURCE.bucket.slice(SOURCE.bucket.lastIndexOf('-') + 1),
    source: SOURCE,
    destination: DESTINATION,
    role: ROLE,
    apiDomain: apiDomain(SOURCE.region),
    stateBucket: stateBucketOf(environment),
  });
}

/** The same for a person: where everything is and how to go on by hand. */
export function whereIs(environment: Environment): string {
  const { endpoint, secretId, secretKey } = environment;
  return `
The cloud stays up until Ctrl-C.

  source        ${SOURCE.bucket} in ${SOURCE.region}
  destination   ${DESTINATION.bucket} in ${DESTINATION.region}
  state bucket  ${stateBucketOf(environment)}
  endpoint      ${endpoint}   any host of COS, through it as HTTP proxy
  API           http://${SOURCE.bucket}.${apiDomain(SOURCE.region)}/?replication   (same proxy)

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
