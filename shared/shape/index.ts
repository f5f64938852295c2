/**
 * Reads JSON that this service has written itself, and checks its shape. It does so without a schema library, because
 * `replicate` loads this at every cold start and no person needs more detailed messages.
 */

import { ServiceError } from '../errors/index.ts';

/** Returns the checked value without unknown fields. Throws `TypeError`. */
export type Reader<T> = (value: unknown) => T;

type Fields<T> = { readonly [Name in keyof T]-?: Reader<T[Name]> };

/** A text for which `holds` is true, if it is given. */
export const text =
  (holds: (value: string) => boolean = () => true): Reader<string> =>
  (value) => {
    if (typeof value !== 'string' || !holds(value)) throw new TypeError('not the text that belongs here');
    return value;
  };

/** A text that is not empty. */
export const someText: Reader<string> = text((value) => value !== '');

/** A finite number. */
export const number: Reader<number> = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError('not a number');
  return value;
};

/** A number that is not below 0. */
export const notNegative: Reader<number> = (value) => {
  const read = number(value);
  if (read < 0) throw new TypeError('less than none');
  return read;
};

/** A whole number from 1 on that is exact in JavaScript. */
export const count: Reader<number> = (value) => {
  const read = number(value);
  if (!Number.isSafeInteger(read) || read < 1) throw new TypeError('not a count');
  return read;
};

export const flag: Reader<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new TypeError('neither true nor false');
  return value;
};

/** One of these texts. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new TypeError(`none of ${words.join(', ')}`);
    return found;
  };
}

export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value) =>
    value === null ? null : read(value);

/** A field that may be missing, and is then missing in the result as well. */
export const optional =
  <T>(read: Reader<T>): Reader<T | undefined> =>
  (value) =>
    value === undefined ? undefined : read(value);

/** A field that is missing in documents of an earlier release. */
export const orElse =
  <T>(read: Reader<T>, none: T): Reader<T> =>
  (value) =>
    value === undefined ? none : read(value);

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new TypeError('not a list');
    return value.map((one) => read(one));
  };
}

/** An array of exactly two values of one kind. */
export function pairOf<T>(read: Reader<T>): Reader<[T, T]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) throw new TypeError('not a pair');
    return [read(value[0]), read(value[1])];
  };
}

/** An object with any names, all values of one kind. */
export function mapOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object');
    return Object.fromEntries(Object.entries(value).map(([name, one]): [string, T] => [name, read(one)]));
  };
}

/** An object with at least these fields, each its own and none inherited. */
export function object<T>(fields: Fields<T>): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object');
    const found: Record<string, unknown> = {};
    for (const [name, read] of readers) {
      const field = read(Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
      if (field !== undefined) found[name] = field;
    }
    return found as T;
  };
}

/** The body of an object on the state bucket. */
export const encodeState = (document: object): Uint8Array => new TextEncoder().encode(JSON.stringify(document));

/**
 * Reads the JSON of an object on the state bucket. Throws `ServiceError` `InvalidStateObject` when it has another
 * shape.
 */
export function decodeState<T>(name: string, body: Uint8Array, read: Reader<T>): T {
  try {
    return read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    throw new ServiceError(`The state object ${name} cannot be read`, {
      code: 'InvalidStateObject',
      side: 'state',
      cause,
    });
  }
}

/** Undefined when the object is damaged. Other errors are rethrown. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'InvalidStateObject') return undefined;
    throw error;
  }
}
