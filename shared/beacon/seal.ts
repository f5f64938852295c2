import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { putNew, type Cos, type Place } from '../cos/index.ts';

/*
 * The status at a destination is signed with a key of its own, and not with the key of replication markers: the
 * function that writes the status must not be able to make replicas. The pair is asymmetric, because the reader has
 * lost the region of the source and with it every secret of the deployment. Deploying prints the public half.
 */

/** Made once, by deploying, and never written again. */
export const STATUS_KEY = 'secrets/status-key';

const SEAL = /,"seal":\{"key":"([\w-]{43})","signature":"([\w-]{86})"\}\}$/;
/** The bytes before a raw Ed25519 key of 32 bytes in the SPKI form that Node reads. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

interface StatusBucket {
  readonly cos: Pick<Cos, 'getObject' | 'putObject'>;
  readonly state: Place;
}

/** Makes the key of a deployment unless there is one, and returns its public half. Throws `CosError`. */
export async function ensureStatusKey({ cos, state }: StatusBucket): Promise<{ isNew: boolean; publicKey: string }> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const text = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url');
  const options = { contentType: 'text/plain', encrypted: true } as const;
  const before = await readStatusKey({ cos, state });
  const isNew = before === undefined && (await putNew(cos, state, STATUS_KEY, new TextEncoder().encode(text), options));
  const key = isNew ? privateKey : (before ?? (await readStatusKey({ cos, state })));
  return { isNew, publicKey: publicTextOf(key ?? privateKey) };
}

/** Undefined when the deployment is older than its functions and has no key yet. Throws `CosError`. */
export async function readStatusKey({ cos, state }: Pick<StatusBucket, 'state'> & { cos: Pick<Cos, 'getObject'> }) {
  const object = await cos.getObject(state, STATUS_KEY);
  if (object === undefined) return undefined;
  const der = Buffer.from(new TextDecoder().decode(object.body), 'base64url');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Adds a signature of the whole text to a JSON object. */
export function seal(json: string, key: KeyObject): string {
  const signature = sign(null, Buffer.from(json), key).toString('base64url');
  return `${json.slice(0, -1)},"seal":${JSON.stringify({ key: publicTextOf(key), signature })}}`;
}

/** The public key that signed the text. Undefined when the text is unsigned or was changed after it was signed. */
export function sealedBy(text: string): string | undefined {
  const found = SEAL.exec(text);
  const [, key = '', signature = ''] = found ?? [];
  if (found === null) return undefined;
  const der = Buffer.concat([SPKI_ED25519, Buffer.from(key, 'base64url')]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signed = Buffer.from(`${text.slice(0, found.index)}}`);
  return verify(null, signed, publicKey, Buffer.from(signature, 'base64url')) ? key : undefined;
}

/** The public half of a key, in the form that deploying prints. */
export const publicTextOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI_ED25519.length).toString('base64url');
