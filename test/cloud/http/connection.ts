/** Thrown by a handler that wants the connection cut without an answer; the server does it. */
export class ConnectionReset extends Error {
  constructor() {
    super('the connection is to be cut without an answer');
    this.name = 'ConnectionReset';
  }
}

/** Thrown by `CloudRequest.body` when the client stopped sending before the end it had announced. */
export class BodyCutShort extends Error {
  constructor() {
    super('the request body ended before its announced length');
    this.name = 'BodyCutShort';
  }
}
