import { readFileSync } from 'node:fs';

import { sdkClient } from './client.ts';
import { measure } from './told.ts';

/** The function that most people write: the official SDK, one copy for each event. */
const [file = '', from = '', bucket = '', region = ''] = process.argv.slice(2);
const keys = (JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly key: string }[]).map(({ key }) => key);
const cos = sdkClient();

void measure(keys, (key) =>
  cos.putObjectCopy({
    Bucket: bucket,
    Region: region,
    Key: key,
    CopySource: `${from}/${key.split('/').map(encodeURIComponent).join('/')}`,
  }),
);
