import { CosFailure } from '../../cos/index.ts';

/** The refusals that belong to HTTP and not to the storage core, in COS's own terms. */
export const failures = {
  accessDenied: () => new CosFailure('AccessDenied', 403, 'Access Denied.'),
  unknownKey: () =>
    new CosFailure('InvalidAccessKeyId', 403, 'The Access Key Id you provided does not exist in our records.'),
  wrongSignature: () => new CosFailure('SignatureDoesNotMatch', 403, 'The Signature you specified is invalid.'),
  expiredRequest: () => new CosFailure('AccessDenied', 403, 'Request has expired'),
  expiredToken: () => new CosFailure('ExpiredToken', 400, 'The provided token has expired.'),
  invalidArgument: (message: string) => new CosFailure('InvalidArgument', 400, message),
  invalidRequest: (message: string) => new CosFailure('InvalidRequest', 400, message),
  invalidCopySource: () => new CosFailure('InvalidCopySource', 400, 'The copy source is not of the expected form.'),
  invalidTag: (message: string) => new CosFailure('InvalidTag', 400, message),
  invalidDigest: () => new CosFailure('InvalidDigest', 400, 'The Content-MD5 you specified is not valid.'),
  badDigest: () => new CosFailure('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.'),
  incompleteBody: () =>
    new CosFailure(
      'IncompleteBody',
      400,
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    ),
  missingLength: () => new CosFailure('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.'),
  missingBody: () => new CosFailure('MissingRequestBodyError', 400, 'Request body is empty.'),
  malformedXml: () =>
    new CosFailure(
      'MalformedXML',
      400,
      'The XML you provided was not well-formed or did not validate against our published schema.',
    ),
  xmlTooLarge: () => new CosFailure('XMLSizeLimit', 400, 'The XML you provided is too large.'),
  methodNotAllowed: () =>
    new CosFailure('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.'),
  /**
   * The refusal of calls that COS has and the local cloud lacks. It is no 501, because SDKs retry a 5xx for up to
   * minutes.
   */
  notProvided: (what: string) =>
    new CosFailure('MethodNotAllowed', 405, `${what} is part of COS, but not of this local cloud.`),
  notConfigured: (code: string) => new CosFailure(code, 404, 'The specified configuration does not exist.'),
  preconditionFailed: () =>
    new CosFailure('PreconditionFailed', 412, 'At least one of the preconditions you specified did not hold.'),
  invalidRange: () => new CosFailure('InvalidRange', 416, 'The requested range cannot be satisfied.'),
  noTags: () => new CosFailure('NoSuchTagSet', 404, 'The TagSet does not exist.'),
  customerKey: () => new CosFailure('SsecDecryptHeaderInvalid', 400, 'The customer key headers do not fit the object.'),
};
