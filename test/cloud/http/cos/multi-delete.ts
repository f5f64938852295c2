import type { XmlElement } from '../../../../shared/xml/index.ts';
import { children, textOf } from '../../../../shared/xml/index.ts';
import { CosFailure } from '../../cos/index.ts';
import type { CloudResponse } from '../../types.ts';
import { el, xml } from './answers.ts';
import { receiveXml } from './body.ts';
import type { CosCall } from './call.ts';
import { failures } from './failures.ts';

const MOST_KEYS = 1000;

/** Each key is judged alone: some may be removed while others are refused, and the answer is 200 all the same. */
export async function deleteObjects(call: CosCall): Promise<CloudResponse> {
  // The header is documented as required: without it a damaged list would delete other objects.
  if (call.headers.get('content-md5') === undefined) {
    throw failures.invalidRequest('Missing required header for this request: Content-MD5.');
  }
  const document = await receiveXml(call, 'Delete');
  const objects = children(document, 'Object');
  if (objects.length === 0 || objects.length > MOST_KEYS) throw failures.malformedXml();
  const quiet = textOf(document, 'Quiet') === 'true';
  call.core.headBucket(call.bucket, call.region);
  const results = objects.map((object) => deleteOne(call, object));
  return xml(
    el(
      'DeleteResult',
      results.filter((result) => !quiet || result.name === 'Error'),
    ),
  );
}

function deleteOne(call: CosCall, object: XmlElement): XmlElement {
  const { core, bucket, region, requestId } = call;
  const key = textOf(object, 'Key') ?? '';
  const versionId = textOf(object, 'VersionId') || undefined;
  const named = [el('Key', key), versionId === undefined ? undefined : el('VersionId', versionId)];
  try {
    if (key === '') throw failures.malformedXml();
    call.demand({ permission: 'DeleteMultipleObjects', acl: 'WRITE' }, { bucket, region, key });
    const deleted = core.deleteObject(bucket, region, key, versionId, { requestId });
    return el('Deleted', [
      ...named,
      deleted.deleteMarker ? el('DeleteMarker', true) : undefined,
      deleted.deleteMarker && deleted.versionId !== undefined
        ? el('DeleteMarkerVersionId', deleted.versionId)
        : undefined,
    ]);
  } catch (error) {
    if (!(error instanceof CosFailure)) throw error;
    return el('Error', [...named, el('Code', error.code), el('Message', error.message)]);
  }
}
