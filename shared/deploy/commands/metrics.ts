import type { Scf } from '../cloud/scf.ts';
import { count, duration } from './ask.ts';
import { eachRun } from './logs.ts';

/** Figures of the runs of one function; times in ms, memory in bytes. Null: no run had the figure. */
export interface Figures {
  readonly name: string;
  readonly runs: number;
  /** Runs that the platform counts as failed. */
  readonly failed: number;
  /** Runs that left work to a task: they succeed, and log a line of level `error`. */
  readonly withErrors: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  readonly maxMemory: number | null;
  /** There are more runs than the platform shows: the figures cover only the last ones. */
  readonly truncated: boolean;
}

export interface Window {
  /** ms since 1970. */
  readonly since: number;
  readonly until: number;
}

/** Reads the figures from the logs that `serverless logs` shows. Throws `DeployError` when SCF keeps none. */
export async function readFigures(scf: Scf, names: readonly string[], window: Window): Promise<readonly Figures[]> {
  const all: Figures[] = [];
  for (const name of names) all.push(await figuresOf(scf, name, window));
  return all;
}

async function figuresOf(scf: Scf, name: string, { since, until }: Window): Promise<Figures> {
  const times: number[] = [];
  let [runs, failed, withErrors, maxMemory, truncated] = [0, 0, 0, -1, false];
  for await (const run of eachRun(scf, name, since)) {
    if (run === 'more') {
      truncated = true;
      break;
    }
    if (run.started !== undefined && run.started >= until) continue;
    runs += 1;
    if (run.failed) failed += 1;
    if (run.log.includes('"level":"error"')) withErrors += 1;
    if (run.durationMs !== undefined) times.push(run.durationMs);
    maxMemory = Math.max(maxMemory, run.memoryBytes ?? -1);
  }
  times.sort((a, b) => a - b);
  const rank = (share: number): number | null => times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? null;
  return {
    name,
    runs,
    failed,
    withErrors,
    p50Ms: rank(0.5),
    p99Ms: rank(0.99),
    maxMs: rank(1),
    maxMemory: maxMemory < 0 ? null : maxMemory,
    truncated,
  };
}

/** A table for a person. */
export function formatFigures(all: readonly Figures[]): string {
  const head = ['FUNCTION', 'RUNS', 'FAILED', 'WITH ERRORS', 'P50', 'P99', 'MAX', 'MEMORY'];
  const ms = (value: number | null): string =>
    value === null ? '-' : value < 1000 ? `${Math.round(value)} ms` : duration(value);
  const rows = all.map((one) => [
    one.name,
    `${count(one.runs)}${one.truncated ? '+' : ''}`,
    count(one.failed),
    count(one.withErrors),
    ms(one.p50Ms),
    ms(one.p99Ms),
    ms(one.maxMs),
    one.maxMemory === null ? '-' : `${Math.ceil(one.maxMemory / 1_000_000)} MB`,
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  if (all.some(({ truncated }) => truncated)) lines.push('+: there are more; these are the last runs.');
  return lines.join('\n');
}
