/** Names of requests that SDKs sign. */
export const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS'];
/** Headers that the Node.js SDK signs when they are present, in the spellings of clients. */
export const HEADERS = [
  'Host',
  'Content-MD5',
  'content-type',
  'Content-Length',
  'range',
  'If-Match',
  'Cache-Control',
  'x-cos-acl',
  'X-Cos-Copy-Source',
  'x-cos-meta-Upper',
  'x-cos-meta-a_b',
  'x-cos-security-token',
];
/** Parameters, some of them with names that need encoding. */
export const PARAMS = [
  'replication',
  'replicationStatus',
  'versionId',
  'prefix',
  'max-keys',
  'Key-Marker',
  'uploads',
  'response-cache-control',
  'imageMogr2/thumbnail/400x400',
  'a b',
  '中文',
  'a.b',
  'a_b',
];
