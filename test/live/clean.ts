import { children, NAMESPACE, removeBucket, textOf, xmlOf, type CosDriver } from '../contract/driver.ts';
import { child } from '../../shared/xml/index.ts';

/** Removes every bucket that an interrupted test has left behind, and returns their names. */
export async function cleanUp(driver: CosDriver): Promise<readonly string[]> {
  const answer = await driver.send({ method: 'GET', host: 'service.cos.myqcloud.com' });
  if (answer.status !== 200) throw new Error(`The buckets could not be listed: ${answer.status}.`);
  const list = child(xmlOf(answer), 'Buckets');
  const found = list === undefined ? [] : children(list, 'Bucket').map((bucket) => textOf(bucket, 'Name') ?? '');
  const ours = found.filter((name) => name.startsWith(NAMESPACE));
  for (const name of ours) await removeBucket(driver, name);
  return ours;
}
