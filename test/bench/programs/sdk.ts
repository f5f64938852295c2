import { readFileSync } from 'node:fs';

import COS from 'cos-nodejs-sdk-v5';

import { measure } from './told.ts';

/** The function that most people write: the official SDK, one copy for each event. */
const [file = '', from = '', bucket = '', region = ''] = process.argv.slice(2);
const keys = (JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly key: string }[]).map(({ key }) => key);
const {
  COS_ENDPOINT: endpoint = '',
  TENCENTCLOUD_SECRETID: id = '',
  TENCENTCLOUD_SECRETKEY: secret = '',
} = process.env;
const cos = new COS({
  SecretId: id,
  SecretKey: secret,
  Protocol: 'http:',
  Proxy: endpoint,
  KeepAlive: true,
  UseRawKey: true,
});

void measure(keys, (key) =>
  cos.putObjectCopy({
    Bucket: bucket,
    Region: region,
    Key: key,
    CopySource: `${from}/${key.split('/').map(encodeURIComponent).join('/')}`,
  }),
);
