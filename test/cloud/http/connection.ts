/** Thrown by a handler that wants the server to cut the connection without an answer. */
export class ConnectionReset extends Error {
  constructor() {
    super('the connection is to be cut without an answer');
    this.name = 'ConnectionReset';
  }
}

/** Thrown by `CloudRequest.body` when the client stopped sending before the announced end. */
export class BodyCutShort extends Error {
  constructor() {
    super('the request body ended before its announced length');
    this.name = 'BodyCutShort';
  }
}
