import { CHECKS, failed } from './checks.ts';
import type { Cell, Cells } from './checks.ts';

/** One SDK: a column of the matrix. */
export interface Result {
  readonly id: string;
  /** `Go 0.7.75` */
  readonly name: string;
  /** Whether the SDK itself ran, or its recorded requests did. */
  readonly kind: 'live' | 'replay';
  /** How the client addressed the API. */
  readonly address: string;
  readonly cells: Cells;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
}

/** A missing cell counts as failed. */
function cellOf({ cells }: Result, id: (typeof CHECKS)[number]['id']): Cell {
  return cells.get(id) ?? failed('not reported');
}

export function countsOf(results: readonly Result[]): Counts {
  const outcomes = results.flatMap((result) => CHECKS.map(({ id }) => cellOf(result, id).outcome));
  const count = (wanted: Cell['outcome']) => outcomes.filter((outcome) => outcome === wanted).length;
  return { passed: count('ok'), failed: count('failed'), notApplicable: count('n/a') };
}

export function matrixJson(results: readonly Result[]): string {
  const sdks = results.map((result) => ({
    id: result.id,
    name: result.name,
    kind: result.kind,
    address: result.address,
    checks: Object.fromEntries(CHECKS.map(({ id }) => [id, cellOf(result, id)])),
  }));
  return JSON.stringify({ sdks, ...countsOf(results) });
}

const WORDS = { ok: 'ok', failed: 'FAILED', 'n/a': 'n/a' } as const;

/** The matrix, the explanation of every cell that is not `ok`, and the counts alone on the last line. */
export function matrixText(results: readonly Result[]): string {
  const first = Math.max(...CHECKS.map(({ title }) => title.length));
  const widths = results.map(({ id }) => Math.max(id.length, WORDS.failed.length));
  const line = (title: string, cells: readonly string[]) =>
    [title.padEnd(first), ...cells.map((text, index) => text.padEnd(widths[index] ?? 0))].join('  ').trimEnd();
  const { passed, failed: failures, notApplicable } = countsOf(results);
  return [
    ...results.map(({ id, name, kind, address }) => `${id.padEnd(9)} ${name}, ${kind}: ${address}`),
    '',
    line(
      '',
      results.map(({ id }) => id),
    ),
    ...CHECKS.map(({ id, title }) =>
      line(
        title,
        results.map((result) => WORDS[cellOf(result, id).outcome]),
      ),
    ),
    '',
    ...notes(results, 'n/a'),
    ...notes(results, 'failed'),
    `${notApplicable} n/a, each explained above`,
    `${passed} passed, ${failures} failed`,
  ].join('\n');
}

/** An explanation that SDKs share is printed once. */
function notes(results: readonly Result[], outcome: 'n/a' | 'failed'): string[] {
  const titles = new Map<string, string[]>();
  for (const { id, title } of CHECKS) {
    const behind = new Map<string, string[]>();
    for (const result of results) {
      const cell = cellOf(result, id);
      if (cell.outcome === outcome) behind.set(cell.detail, [...(behind.get(cell.detail) ?? []), result.id]);
    }
    for (const [detail, ids] of behind) {
      const note = `(${ids.join(', ')}): ${detail}`;
      titles.set(note, [...(titles.get(note) ?? []), title]);
    }
  }
  const lines = [...titles].map(([note, list]) => `${WORDS[outcome]} ${list.join(', ')} ${note}`);
  return lines.length === 0 ? [] : [...lines, ''];
}
