import { ServiceError } from '../errors/index.ts';

/**
 * `MalformedXML` or, for a document that is too large, `XMLSizeLimit`. The message names the fault and its position.
 */
export class XmlError extends ServiceError {
  override readonly name = 'XmlError';

  constructor(message: string, details: { code?: 'MalformedXML' | 'XMLSizeLimit'; cause?: unknown } = {}) {
    super(message, { code: details.code ?? 'MalformedXML', status: 400, cause: details.cause });
  }
}
