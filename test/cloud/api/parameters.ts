import { CloudFailure } from '../scf/index.ts';

/** Typed access to a JSON object; a value of another type throws `CloudFailure` `InvalidParameter`. */
export interface Parameters {
  has(name: string): boolean;
  /** '' when it is missing. */
  text(name: string): string;
  optionalText(name: string): string | undefined;
  optionalNumber(name: string): number | undefined;
  record(name: string): Parameters;
  /** Empty when it is missing. */
  records(name: string): readonly Parameters[];
  /** A list of texts or numbers; empty when it is missing. */
  values(name: string): readonly (string | number)[];
}

export function createParameters(values: Readonly<Record<string, unknown>>): Parameters {
  function read<T>(name: string, is: (value: unknown) => value is T): T | undefined {
    const value = values[name];
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    throw new CloudFailure('InvalidParameter', `The value type of parameter \`${name}\` is not valid.`);
  }
  return {
    has: (name) => values[name] !== undefined && values[name] !== null,
    text: (name) => read(name, isText) ?? '',
    optionalText: (name) => read(name, isText),
    optionalNumber: (name) => read(name, isInteger),
    record: (name) => createParameters(read(name, isRecord) ?? {}),
    records: (name) => (read(name, isRecords) ?? []).map((entry) => createParameters(entry)),
    values: (name) => read(name, isValues) ?? [],
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecords(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isRecord);
}

function isValues(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((entry) => isText(entry) || isInteger(entry));
}
