import type COS from 'cos-nodejs-sdk-v5';
import type { Cos } from '../../cos/index.ts';

/** Receives one line for each call, when it is made. */
export type Trace = (text: string) => void;

/** Most letters of one value that are shown. */
const LONGEST = 200;
/** Parameters that hold bytes, secrets, or text that somebody typed. */
const UNTOLD = /^(ZipFile|ClientContext|Token|.*Secret.*)$/i;

/** Parameters of a cloud API call for a person: lengths instead of code and events, long texts shortened. */
export function describeParameters(parameters: object): string {
  return JSON.stringify(parameters, (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (UNTOLD.test(name)) return `(${value.length} characters)`;
    return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  });
}

/** The same client, which reports the name, bucket and key of each call, but never the content. */
export function traceCos(cos: Cos, trace: Trace): Cos {
  return new Proxy(cos, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof found !== 'function' || typeof name !== 'string' || name === 'close') return found;
      return (...parameters: unknown[]): unknown => {
        const [place, key] = parameters;
        const where = isPlace(place) ? `${place.bucket}${typeof key === 'string' ? `/${key}` : ''}` : '';
        trace(`cos ${name} ${where}`.trimEnd());
        return found.apply(target, parameters) as unknown;
      };
    },
  });
}

function isPlace(value: unknown): value is { readonly bucket: string } {
  return typeof value === 'object' && value !== null && 'bucket' in value && typeof value.bucket === 'string';
}

/** The same for the official SDK: method and address, without the headers, which carry the signature. */
export function traceSdk(sdk: COS, trace: Trace): COS {
  sdk.on('before-send', (call: { readonly method?: string; readonly url?: string }) => {
    trace(`cos ${call.method ?? ''} ${call.url?.split('?')[0] ?? ''}`.trimEnd());
  });
  return sdk;
}
