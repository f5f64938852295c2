import type { CloudResponse } from '../../../types.ts';
import { el, empty, xml } from '../answers.ts';
import { receiveXml } from '../body.ts';
import type { CosCall } from '../call.ts';
import { CosFailure } from '../../../cos/index.ts';
import { children } from '../../../../../shared/xml/index.ts';
import { ruleFromXml, ruleToXml } from './lifecycle-xml.ts';

export async function putLifecycle(call: CosCall): Promise<CloudResponse> {
  const document = await receiveXml(call, 'LifecycleConfiguration');
  const lifecycle = children(document, 'Rule').map(ruleFromXml);
  call.core.configureBucket(call.bucket, call.region, { lifecycle });
  return empty();
}

export async function getLifecycle(call: CosCall): Promise<CloudResponse> {
  return xml(el('LifecycleConfiguration', lifecycleOf(call).map(ruleToXml)));
}

/** By COS's page, a deletion also reports that there is none. */
export async function deleteLifecycle(call: CosCall): Promise<CloudResponse> {
  lifecycleOf(call);
  call.core.configureBucket(call.bucket, call.region, { lifecycle: undefined });
  return empty(204);
}

function lifecycleOf(call: CosCall) {
  const { lifecycle } = call.core.getSettings(call.bucket, call.region);
  if (lifecycle === undefined) {
    throw new CosFailure('NoSuchLifecycleConfiguration', 404, 'The lifecycle configuration does not exist.');
  }
  return lifecycle;
}
