import { CosFailure } from '../../../cos/index.ts';

/** Codes that S3 has for forms and COS does not document; the statuses are COS's. */
export const malformedForm = (message: string): CosFailure => new CosFailure('MalformedPOSTRequest', 400, message);

export const invalidPolicy = (message: string): CosFailure => new CosFailure('InvalidPolicyDocument', 400, message);

export const againstPolicy = (message: string): CosFailure =>
  new CosFailure('AccessDenied', 403, `Invalid according to Policy: ${message}`);
