/** A refusal in COS's own terms; the front turns it into the XML `<Error>` answer. */
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
    super(message);
    this.name = 'CosFailure';
    this.code = code;
    this.status = status;
    this.deleteMarker = details.deleteMarker ?? false;
    this.versionId = details.versionId;
  }
}
