import { ApiError } from './error.ts';
import { child } from './xml.ts';
import { readXml } from './read-xml.ts';

/** Reads COS's error XML. Anything else, such as a page of the platform, becomes `UnexpectedAnswer`. */
export function readError(status: number, body: string, requestId: string | null): ApiError {
  try {
    const root = readXml(body);
    const text = (name: string) => child(root, name)?.text;
    const code = text('Code');
    if (root.name === 'Error' && code !== undefined) {
      return new ApiError(code, status, text('Message') ?? '', text('RequestId') ?? requestId ?? undefined);
    }
  } catch {
    // Not XML: handled below.
  }
  return new ApiError('UnexpectedAnswer', status, `HTTP ${status}`, requestId ?? undefined);
}
