import { encode } from '../../../../../shared/signing/index.ts';
import { CosFailure } from '../../../cos/index.ts';
import type { Blob, Version } from '../../../cos/index.ts';
import type { CloudResponse } from '../../../types.ts';
import { el, empty, xml } from '../answers.ts';
import type { Pairs } from '../answers.ts';
import { attributesFrom } from '../attributes.ts';
import { announcedDigest, LARGEST_UPLOAD } from '../body.ts';
import { headersOf } from '../call.ts';
import type { CosCall } from '../call.ts';
import { encryptionHeaders } from '../encryption.ts';
import { failures } from '../failures.ts';
import { versionIdHeader, writtenVersion } from '../version-headers.ts';
import { readForm } from './form.ts';
import type { Form } from './form.ts';
import { checkPolicy } from './policy.ts';
import type { UploadPolicy } from './policy.ts';
import { verifyForm } from './signature.ts';

type Fields = ReadonlyMap<string, string>;

/**
 * POST Object: an upload by an HTML form that is signed in its own fields. Its policy says which uploads the holder of
 * the form may make; CAM decides about the signer's rights, as for any other call.
 */
export async function postObject(call: CosCall): Promise<CloudResponse> {
  const { core, bucket, region, requestId, now } = call;
  core.headBucket(bucket, region);
  const form = await readForm(call.request.body, call.headers.get('content-type') ?? '');
  const key = keyOf(form);
  const fields = new Map([...form.fields, ['key', Buffer.from(key).toString('latin1')], ['bucket', bucket]]);
  const signed = verifyForm(fields, call.access, now);
  const need = { permission: 'PostObject', acl: 'WRITE' } as const;
  if (!call.mayAs(signed?.principal ?? call.principal, need, { bucket, region, key })) throw failures.accessDenied();
  const policy = signed && checkPolicy(signed.policy, fields, now);
  const attributes = attributesFrom(headersOf(asHeaders(fields)), key);
  const blob = await receive(call, form, policy);
  const version = core.putObject(bucket, region, key, blob, attributes, { requestId, event: 'Post' });
  return answer(call, fields, key, version);
}

function keyOf({ fields, fileName }: Form): string {
  const text = fields.get('key');
  if (text === undefined || text === '') throw failures.invalidArgument('The form has no key.');
  const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');
  // Some browsers send the whole path of the file.
  const name = utf8(fileName).replace(/^.*[\\/]/s, '');
  return utf8(text).replaceAll('${filename}', () => name);
}

/** The fields as the headers that they stand for. */
function asHeaders(fields: Fields): [string, string][] {
  return [...fields].map(([name, value]) => [name === 'acl' ? 'x-cos-acl' : name, value]);
}

async function receive(call: CosCall, { fields, file }: Form, policy: UploadPolicy | undefined): Promise<Blob> {
  const digest = announcedDigest(fields.get('content-md5'));
  const blob = await call.blobs.fromStream(file, LARGEST_UPLOAD);
  const [least, most] = policy?.size ?? [0, Infinity];
  if (blob.size < least) throw new CosFailure('EntityTooSmall', 400, `The policy asks for ${least} bytes at least.`);
  if (blob.size > most) throw new CosFailure('EntityTooLarge', 400, `The policy allows ${most} bytes at most.`);
  if (digest !== undefined && blob.md5 !== digest.toString('hex')) throw failures.badDigest();
  return blob;
}

function answer(call: CosCall, fields: Fields, key: string, version: Version): CloudResponse {
  const { core, bucket, region, request } = call;
  const location = `http://${request.host}/${key.split('/').map(encode).join('/')}`;
  const headers: Pairs = [
    ['ETag', version.etag],
    ...versionIdHeader(writtenVersion(core, bucket, region, version)),
    ...encryptionHeaders(version.attributes.encryption),
  ];
  const redirect = fields.get('success_action_redirect') ?? '';
  if (URL.canParse(redirect) && /^https?:/i.test(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of [
      ['bucket', bucket],
      ['key', key],
      ['etag', version.etag],
    ] as const) {
      target.searchParams.append(name, value);
    }
    return empty(303, [['Location', target.href], ...headers]);
  }
  const all: Pairs = [['Location', location], ...headers];
  const status = fields.get('success_action_status');
  if (status === '200') return empty(200, all);
  if (status !== '201') return empty(204, all);
  const named = [el('Location', location), el('Bucket', bucket), el('Key', key), el('ETag', version.etag)];
  return xml(el('PostResponse', named), all, 201);
}
