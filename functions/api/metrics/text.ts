export type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/**
 * Counts of values up to and including each bound, not cumulative; the last one is for values above all bounds (`upTo`
 * null).
 */
interface Distribution {
  readonly labels: Labels;
  readonly bounds: readonly { readonly upTo: number | null; readonly count: number }[];
}

/** All series of one name. A family without series is not written. */
export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: 'gauge'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly samples: readonly Distribution[] }
);

export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The text format of Prometheus, version 0.0.4. Label values may hold anything. If two series have the same labels,
 * only the first is written, because Prometheus would refuse the whole answer.
 */
export function writeText(families: readonly Family[]): string {
  return families.map(writeFamily).join('');
}

function writeFamily(family: Family): string {
  const { name, help, type } = family;
  const lines = new Map<string, number>();
  const write = (series: string, value: number): void => {
    if (!lines.has(series)) lines.set(series, value);
  };
  if (type === 'gauge') for (const { labels, value } of family.samples) write(name + writeLabels(labels), value);
  else for (const sample of family.samples) writeDistribution(name, sample, write);
  if (lines.size === 0) return '';
  const head = `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
  return head + [...lines].map(([series, value]) => `${series} ${String(value)}\n`).join('');
}

/** Prometheus expects cumulative buckets. The sum is unknown, so it is left out. */
function writeDistribution(
  name: string,
  { labels, bounds }: Distribution,
  write: (series: string, value: number) => void,
): void {
  let below = 0;
  for (const { upTo, count } of bounds) {
    below += count;
    write(`${name}_bucket${writeLabels({ ...labels, le: upTo === null ? '+Inf' : String(upTo) })}`, below);
  }
  write(`${name}_count${writeLabels(labels)}`, below);
}

function writeLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(value: string): string {
  // Characters that UTF-8 cannot encode, and the one that ends the text for Prometheus.
  const sayable = value.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
  return sayable.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
