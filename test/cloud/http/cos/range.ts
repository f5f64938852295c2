import { failures } from './failures.ts';

/** First and last byte, both included; undefined when the whole object is asked for. Throws InvalidRange. */
export function parseRange(header: string | undefined, size: number): readonly [number, number] | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') throw failures.invalidRange();
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end || (first === '' && Number(last) === 0)) throw failures.invalidRange();
  return [start, end];
}
