import { eachVersion } from './histories.ts';
import { sdkClient } from './client.ts';
import { pathOf } from './sign.ts';

/** The loop that most people write over the official SDK: a HEAD and a copy for each version. */
const [file = '', from = '', bucket = '', region = '', fromBucket = '', fromRegion = ''] = process.argv.slice(2);
const cos = sdkClient();

void eachVersion(file, async (key, version) => {
  // The types of the SDK lack the version; its code has it.
  const one = { Bucket: fromBucket, Region: fromRegion, Key: key, VersionId: version };
  await cos.headObject(one);
  await cos.putObjectCopy({
    Bucket: bucket,
    Region: region,
    Key: key,
    CopySource: `${from}${pathOf(key)}?versionId=${version}`,
  });
});
