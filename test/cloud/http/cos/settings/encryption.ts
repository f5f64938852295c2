import { child, textOf } from '../../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../../shared/xml/index.ts';
import { CosFailure } from '../../../cos/index.ts';
import type { DefaultEncryption } from '../../../cos/index.ts';
import type { CloudResponse } from '../../../types.ts';
import { el, empty, xml } from '../answers.ts';
import { receiveXml } from '../body.ts';
import type { CosCall } from '../call.ts';
import { failures } from '../failures.ts';

/** The document has another name for KMS than the header of an object. */
const ALGORITHMS: Readonly<Record<string, DefaultEncryption['algorithm']>> = {
  AES256: 'AES256',
  SM4: 'SM4',
  KMS: 'cos/kms',
};

export async function putEncryption(call: CosCall): Promise<CloudResponse> {
  const encryption = encryptionFrom(await receiveXml(call, 'ServerSideEncryptionConfiguration'));
  call.core.configureBucket(call.bucket, call.region, { encryption });
  return empty();
}

export async function getEncryption(call: CosCall): Promise<CloudResponse> {
  const { encryption } = call.core.getSettings(call.bucket, call.region);
  if (encryption === undefined) {
    throw new CosFailure('NoSuchEncryptionConfiguration', 404, 'The encryption configuration does not exist.');
  }
  const { algorithm, kmsKeyId } = encryption;
  const name = algorithm === 'cos/kms' ? 'KMS' : algorithm;
  const applied = [el('SSEAlgorithm', name), kmsKeyId === undefined ? undefined : el('KMSMasterKeyID', kmsKeyId)];
  return xml(
    el('ServerSideEncryptionConfiguration', [el('Rule', [el('ApplyServerSideEncryptionByDefault', applied)])]),
  );
}

export async function deleteEncryption(call: CosCall): Promise<CloudResponse> {
  call.core.configureBucket(call.bucket, call.region, { encryption: undefined });
  return empty(204);
}

function encryptionFrom(document: XmlElement): DefaultEncryption {
  const rule = child(document, 'Rule');
  const applied = rule && child(rule, 'ApplyServerSideEncryptionByDefault');
  const name = applied && textOf(applied, 'SSEAlgorithm');
  if (applied === undefined || !name) throw failures.malformedXml();
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  if (algorithm === undefined) throw failures.invalidArgument('The encryption method is not supported.');
  const kmsKeyId = textOf(applied, 'KMSMasterKeyID') || undefined;
  if (kmsKeyId !== undefined && algorithm !== 'cos/kms') throw failures.invalidArgument('Only KMS takes a key ID.');
  return kmsKeyId === undefined ? { algorithm } : { algorithm, kmsKeyId };
}
