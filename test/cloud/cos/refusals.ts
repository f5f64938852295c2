import { CosFailure } from './failure.ts';
import type { Version } from './types.ts';

/** The refusals that more than one operation gives, with COS's codes and statuses. */

export const noSuchBucket = (): CosFailure =>
  new CosFailure('NoSuchBucket', 404, 'The specified bucket does not exist.');

/** Names the delete marker that hides the key, if that is the reason. */
export const noSuchKey = (marker?: Version): CosFailure =>
  new CosFailure(
    'NoSuchKey',
    404,
    'The specified key does not exist.',
    marker === undefined ? {} : { deleteMarker: true, versionId: marker.versionId },
  );

export const noSuchVersion = (): CosFailure =>
  new CosFailure('NoSuchVersion', 404, 'The specified version does not exist.');

export const noSuchUpload = (): CosFailure =>
  new CosFailure('NoSuchUpload', 404, 'The specified multipart upload does not exist.');

export const invalidArgument = (message: string): CosFailure => new CosFailure('InvalidArgument', 400, message);

export const invalidRequest = (message: string): CosFailure => new CosFailure('InvalidRequest', 400, message);

export const malformedXml = (): CosFailure =>
  new CosFailure(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema.',
  );

export const objectLocked = (): CosFailure =>
  new CosFailure('ObjectLocked', 409, 'The object is locked and cannot be changed or deleted before its lock ends.');

export const invalidTag = (message: string): CosFailure => new CosFailure('InvalidTag', 400, message);

/** The code covers metadata as well. */
export const keyTooLong = (message: string): CosFailure => new CosFailure('KeyTooLong', 400, message);

export const invalidObjectName = (message: string): CosFailure => new CosFailure('InvalidObjectName', 400, message);

export const entityTooLarge = (): CosFailure =>
  new CosFailure('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed object size.');

export const preconditionFailed = (): CosFailure =>
  new CosFailure('PreconditionFailed', 412, 'At least one of the preconditions you specified did not hold.');

export const fileAlreadyExists = (): CosFailure =>
  new CosFailure('FileAlreadyExists', 409, 'The file you specified already exists and cannot be overwritten.');
