/** Of requests that SDKs sign. */
export const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS'];
/** Headers that the Node.js SDK signs when they are there, in the cases that clients write them in. */
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
/** Parameters, some of them with what has to be encoded in a name. */
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
