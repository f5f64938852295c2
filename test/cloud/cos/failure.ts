/**
 * A refusal in COS's own terms; the front turns it into the XML `<Error>` answer. It is an answer and no mistake, and a
 * missing key is the most frequent one, so it has no stack: capturing one costs more than the read.
 */
export class CosFailure extends Error {
  readonly code: string;
  readonly status: number;
  /** Set on a 404 that a delete marker causes. */
  readonly deleteMarker: boolean;
  readonly versionId: string | undefined;

  constructor(
    code: string,
    status: number,
    message: string,
    details: { deleteMarker?: boolean; versionId?: string } = {},
  ) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'CosFailure';
    this.code = code;
    this.status = status;
    this.deleteMarker = details.deleteMarker ?? false;
    this.versionId = details.versionId;
  }
}
