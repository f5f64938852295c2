/** A refusal in the cloud API's own terms: `ResourceNotFound.Function`, `FailedOperation.PolicyNameInUse`, … */
export class CloudFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'CloudFailure';
    this.code = code;
  }
}
