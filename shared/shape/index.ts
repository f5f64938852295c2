/**
 * Reads JSON that this service has written itself, and proves its shape. By hand and not by a schema library: `replicate`
 * loads this at every cold start, and no person waits for a message that says more.
 */

import { ServiceError } from '../errors/index.ts';

/** Gives the value as it may be used, fields that nobody asked for left out. Throws `TypeError`. */
export type Reader<T> = (value: unknown) => T;

type Fields<T> = { readonly [Name in keyof T]-?: Reader<T[Name]> };

/** A text, which `holds` if that is given. */
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
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError('no number');
  return value;
};

/** A number that is not below 0. */
export const notNegative: Reader<number> = (value) => {
  const read = number(value);
  if (read < 0) throw new TypeError('less than none');
  return read;
};

/** A whole number from 1 on that loses no digit. */
export const count: Reader<number> = (value) => {
  const read = number(value);
  if (!Number.isSafeInteger(read) || read < 1) throw new TypeError('no count');
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

/** A field that may be missing; it is then missing in what was read as well. */
export const optional =
  <T>(read: Reader<T>): Reader<T | undefined> =>
  (value) =>
    value === undefined ? undefined : read(value);

/** A field that documents of an earlier release lack. */
export const orElse =
  <T>(read: Reader<T>, none: T): Reader<T> =>
  (value) =>
    value === undefined ? none : read(value);

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new TypeError('no list');
    return value.map((one) => read(one));
  };
}

/** Two of a kind, and no more. */
export function pairOf<T>(read: Reader<T>): Reader<[T, T]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) throw new TypeError('no pair');
    return [read(value[0]), read(value[1])];
  };
}

/** An object whose names are not known beforehand, all of them of one kind. */
export function mapOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
    return Object.fromEntries(Object.entries(value).map(([name, one]): [string, T] => [name, read(one)]));
  };
}

/** An object with at least these fields, each its own and none inherited. */
export function object<T>(fields: Fields<T>): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
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

/** Reads the JSON of an object on the state bucket. Throws `ServiceError` `InvalidStateObject` where it is not of that shape. */
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

/** Undefined: the object that is read is damaged. Other errors are thrown on. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'InvalidStateObject') return undefined;
    throw error;
  }
}
