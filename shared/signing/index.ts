/**
 * Request signatures: COS (`q-sign-algorithm=sha1`) and cloud API (`TC3-HMAC-SHA256`). Pure functions. The hash
 * functions are arguments, so the same code runs in Node and in a browser.
 */
export { requestCandidates, hostCandidates } from './candidates.ts';
export type { Alternatives } from './candidates.ts';
export { formatString, signKey, stringToSign } from './canonical.ts';
export { constantTimeEqual } from './compare.ts';
export { encode } from './encode.ts';
export { SignatureError } from './error.ts';
export { readSignature, readToken } from './fields.ts';
export { createSigner, presign, sign } from './sign.ts';
export type { SignOptions, SignerOptions } from './sign.ts';
export { readTc3, signTc3, verifyTc3 } from './tc3.ts';
export type { Tc3Call, Tc3Fields, Tc3Request } from './tc3.ts';
export { splitTarget } from './target.ts';
export type { Target } from './target.ts';
export type * from './types.ts';
export { verify, verifyAny } from './verify.ts';
export type { VerifyOptions } from './verify.ts';
