import { createHash, createHmac } from 'node:crypto';

import { mutate } from './bodies.ts';
import { NASTY } from './random.ts';
import type { Draw } from './random.ts';

/** A request to COS as it would go over the wire, before it is signed. */
export interface CosInput {
  readonly method: string;
  readonly key: string;
  /** Name of the sub-resource, '' for none, and the rest of the query. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  lifecycle: [
    '<LifecycleConfiguration><Rule><ID>a</ID><Filter><And><Prefix>k</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And>' +
      '</Filter><Status>Enabled</Status><Transition><Days>0</Days><StorageClass>ARCHIVE</StorageClass></Transition>' +
      '<Expiration><Days>3</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>' +
      '</NoncurrentVersionExpiration></Rule></LifecycleConfiguration>',
    '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><ExpiredObjectDeleteMarker>true' +
      '</ExpiredObjectDeleteMarker></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>1' +
      '</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>',
    '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Date>2026-01-01T00:00:00+08:00</Date>' +
      '</Expiration></Rule></LifecycleConfiguration>',
  ],
  encryption: ['AES256', 'SM4', 'KMS'].map(
    (name) =>
      '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>' +
      `${name}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
  ),
  tagging: ['<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
  cors: [
    '<CORSConfiguration><CORSRule><AllowedOrigin>http://*.a</AllowedOrigin><AllowedMethod>GET</AllowedMethod>' +
      '<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>',
  ],
  'object-lock': [
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE' +
      '</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
  ],
  replication: [
    '<ReplicationConfiguration><Role>qcs::cam::uin/1:uin/1</Role><Rule><ID>a</ID><Status>Enabled</Status><Prefix>k</Prefix>' +
      '<Destination><Bucket>qcs::cos:ap-guangzhou::backup-1250000000</Bucket></Destination></Rule></ReplicationConfiguration>',
  ],
  acl: [
    '<AccessControlPolicy><Owner><ID>qcs::cam::uin/1:uin/1</ID></Owner><AccessControlList><Grant><Grantee ' +
      'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><URI>http://x</URI>' +
      '<ID>qcs::cam::uin/2:uin/2</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>',
  ],
  policy: [
    '{"version":"2.0","statement":[{"effect":"allow","principal":{"qcs":["qcs::cam::uin/100000000009:uin/100000000009"]},' +
      '"action":["name/cos:GetObject"],"resource":["qcs::cos:ap-guangzhou:uid/1250000000:source-1250000000/*"]}]}',
    '{"Statement":[{"Effect":"allow","Principal":"*","Action":"*","Resource":"*"}],"version":"2.0"}',
  ],
};
const NAMES = Object.keys(SETTINGS);
const ODD_NAMES = ['live', 'website', 'no-such-thing', 'Tagging', '__proto__', 'ci-process', 'uploads', 'versions'];
/** Paths that COS merges into the bucket's own, and keys that it refuses. */
const ODD_KEYS = ['/', './', '//', '..', 'a/../', '\u0018', '\n\r', '\\k', 'k.zip', '.zip'];
const METHODS = ['GET', 'PUT', 'DELETE', 'POST', 'HEAD', 'OPTIONS', 'PATCH'] as const;
const OBJECT_CALLS = ['append', 'symlink', 'retention', 'tagging', 'acl', ''] as const;
const RETENTION =
  '<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2026-03-01T00:00:00.000Z</RetainUntilDate></Retention>';
const GRANTEES = [
  'id="1"',
  'uin="2"',
  'uri="http://x"',
  'id="qcs::cam::anyone:anyone"',
  'id=""',
  ',',
  'id="qcs::camuin/1:uin/1"',
];
const SOURCES = [
  'source-1250000000.cos.ap-guangzhou.myqcloud.com/k',
  '/source-1250000000/k?versionId=',
  '/source-1250000000/%',
  'source-1250000000.ap-guangzhou.x/k?versionId=null',
  '//',
  '',
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['x-cos-symlink-target', ['k', 'a/b', '%E4%B8%AD', '%', '']],
  ['x-cos-copy-source', SOURCES],
  ['x-cos-copy-source-range', ['', 'bytes=0-0', 'bytes=1-', 'x']],
  ['x-cos-metadata-directive', ['REPLACE', 'Replaced', 'Copy', 'x']],
  ['x-cos-grant-read', GRANTEES],
  ['x-cos-grant-full-control', GRANTEES],
  ['x-cos-traffic-limit', ['', '838860800', '0', '1e9', 'x']],
  ['x-cos-tagging', ['a=1&b=2', '=', '%', 'a=1&a=2']],
  ['x-cos-meta-long', ['v'.repeat(2100), '']],
  ['x-cos-object-lock-mode', ['COMPLIANCE', 'GOVERNANCE', '']],
  ['x-cos-object-lock-retain-until-date', ['2026-03-01T00:00:00Z', 'soon', '1e309']],
  ['x-cos-storage-class', ['ARCHIVE', 'MAZ_STANDARD', '', 'maz_']],
  ['x-cos-server-side-encryption', ['AES256', 'SM4', 'cos/kms', 'none']],
  ['origin', ['http://x.a', 'null', '*']],
  ['access-control-request-method', ['GET', 'PUT', '']],
  ['access-control-request-headers', ['a,b', ',,', '']],
  ['content-md5', ['x', '1B2M2Y8AsgTpgAmY7PhCfg==']],
];
/** Header values as Node returns them: one character per byte, no control characters. */
const wire = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .replaceAll(/\p{Cc}/gu, '');

export function drawCosInput(
  draw: Draw,
  sign: (policy: string, draw: Draw) => Readonly<Record<string, string>>,
): CosInput {
  const kind = draw.below(10);
  if (kind < 5) return settingCall(draw);
  if (kind < 8) return objectCall(draw);
  return formCall(draw, sign);
}

function settingCall(draw: Draw): CosInput {
  const name = draw.pick(NAMES);
  const document = draw.pick(SETTINGS[draw.chance(0.95) ? name : draw.pick(NAMES)] ?? []);
  const method = draw.chance(0.8) ? draw.pick(['PUT', 'PUT', 'GET', 'DELETE'] as const) : draw.pick(METHODS);
  const body = method === 'PUT' || draw.chance(0.1) ? Buffer.from(changed(draw, document)) : Buffer.alloc(0);
  const asked = draw.chance(0.95) ? name : draw.pick(ODD_NAMES);
  const key = draw.chance(0.95) ? '' : draw.pick(ODD_KEYS);
  return { method, key, query: [[asked, draw.chance(0.9) ? '' : draw.text(3)]], headers: someHeaders(draw), body };
}

function objectCall(draw: Draw): CosInput {
  const name = draw.pick(OBJECT_CALLS);
  const position = draw.pick(['0', '1', '2', '-1', 'x', '99999999999', '', '1e3']);
  const body = Buffer.from(name === 'retention' ? changed(draw, RETENTION) : draw.text(3));
  const query = [
    [name, ''],
    ...(name === 'append' && draw.chance(0.9) ? [['position', position]] : []),
    ...(draw.chance(0.1) ? [['versionId', draw.pick(['null', '', 'x', draw.pick(NASTY)])]] : []),
  ].filter(([first]) => first !== '') as [string, string][];
  const key = draw.chance(0.9)
    ? draw.pick(['k', 'l', 'a/b', ...(draw.chance(0.1) ? ODD_KEYS : [])])
    : draw.text(4) || 'k';
  return { method: draw.pick(METHODS), key, query, headers: someHeaders(draw), body };
}

function formCall(draw: Draw, sign: (policy: string, draw: Draw) => Readonly<Record<string, string>>): CosInput {
  const boundary = draw.chance(0.9) ? 'AaB03x' : draw.text(3) || '-';
  const conditions = [
    ['starts-with', '$key', draw.pick(['', 'k', 'other'])],
    ['content-length-range', 0, draw.below(9)],
  ];
  const policy = JSON.stringify({
    expiration: draw.pick(['2026-12-31T00:00:00Z', '2020-01-01T00:00:00Z', 'x']),
    conditions,
  });
  const fields = {
    key: draw.pick(['k', 'k/${filename}', '', draw.text(3)]),
    success_action_status: draw.pick(['200', '201', '204', 'x']),
    success_action_redirect: draw.pick(['', 'https://a/b', 'javascript:x', draw.text(4)]),
    ...(draw.chance(0.8) ? sign(draw.chance(0.8) ? policy : mutate(draw, policy), draw) : {}),
  };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${draw.text(2)}"\r\n\r\n${draw.text(3)}`;
  const body = changed(draw, `${parts.join('')}${file}\r\n--${boundary}--\r\n`);
  const type = `multipart/form-data; boundary=${wire(boundary)}`;
  return {
    method: 'POST',
    key: '',
    query: [],
    headers: [['content-type', type], ...someHeaders(draw)],
    body: Buffer.from(body),
  };
}

function changed(draw: Draw, text: string): string {
  let result = text;
  for (let changes = draw.chance(0.5) ? 0 : 1 + draw.below(3); changes > 0; changes -= 1) result = mutate(draw, result);
  return result;
}

function someHeaders(draw: Draw): [string, string][] {
  const drawn = draw.many(0, 3, (): [string, string] => {
    const [name, values] = draw.pick(HEADERS);
    return [name, wire(draw.chance(0.9) ? draw.pick(values) : draw.text(4))];
  });
  return [...new Map(drawn).entries()];
}

const sha1 = (key: string, text: string): string => createHmac('sha1', key).update(text).digest('hex');

/** The fields that sign the policy of a form. */
export function signForm(
  policy: string,
  pair: { secretId: string; secretKey: string },
  keyTime: string,
): Readonly<Record<string, string>> {
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': pair.secretId,
    'q-key-time': keyTime,
    'q-signature': sha1(sha1(pair.secretKey, keyTime), createHash('sha1').update(policy).digest('hex')),
  };
}
