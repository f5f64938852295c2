export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Reads the text format of Prometheus 0.0.4, more strictly than Prometheus does. Each name has its HELP and TYPE before
 * its series, all of them together; no series twice; buckets that grow up to +Inf, which is the count. Throws
 * otherwise.
 */
export function parseText(text: string): readonly Series[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  const series: Series[] = [];
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let family: { name: string; type: string | undefined } | undefined;
  for (const line of text.split('\n').slice(0, -1)) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/s.exec(line) ?? [];
    if (word === 'HELP') {
      if (types.has(name)) throw new Error(`${name} comes twice`);
      if (!/^(?:[^\\]|\\[\\n])*$/.test(rest)) throw new Error(`a wrong escape in the help of ${name}`);
      if (!METRIC.test(name)) throw new Error(`not a name: ${name}`);
      family = { name, type: undefined };
    } else if (word === 'TYPE') {
      if (family?.name !== name || family.type !== undefined) throw new Error(`TYPE of ${name} without its HELP`);
      if (!/^(?:gauge|counter|histogram)$/.test(rest)) throw new Error(`not a type: ${rest}`);
      family.type = rest;
      types.set(name, rest);
    } else {
      const one = parseSeries(line);
      const base = family?.type === 'histogram' ? one.name.replace(/_(?:bucket|sum|count)$/, '') : one.name;
      if (family?.type === undefined || base !== family.name) throw new Error(`${one.name} is not beside its TYPE`);
      if (family.type === 'histogram' && base === one.name) throw new Error(`${one.name} is no part of a histogram`);
      if (family.type !== 'histogram' && 'le' in one.labels) throw new Error(`le on ${one.name}`);
      const id = JSON.stringify([
        one.name,
        Object.entries(one.labels)
          .map((pair) => pair.join('\0'))
          .toSorted(),
      ]);
      if (seen.has(id)) throw new Error(`twice: ${id}`);
      seen.add(id);
      series.push(one);
    }
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, series);
  return series;
}

function parseSeries(line: string): Series {
  const [, name = '', inner = '', number = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s.exec(line) ?? [];
  if (name === '') throw new Error(`not a series: ${line}`);
  const value = number === '+Inf' ? Infinity : Number(number);
  if (Number.isNaN(value)) throw new Error(`not a number: ${number}`);
  const labels: Record<string, string> = {};
  let at = 0;
  while (at < inner.length) {
    const [whole, label = '', text = ''] = /^([^=]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/s.exec(inner.slice(at)) ?? [];
    if (whole === undefined || !LABEL.test(label)) throw new Error(`wrong labels: ${inner}`);
    if (Object.hasOwn(labels, label)) throw new Error(`a label twice: ${inner}`);
    labels[label] = text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
    at += whole.length;
  }
  return { name, labels, value };
}

function checkHistogram(name: string, series: readonly Series[]): void {
  const groups = new Map<string, { buckets: [number, number][]; count?: number }>();
  for (const { name: full, labels, value } of series) {
    const { le, ...rest } = labels;
    const id = JSON.stringify(rest);
    const group = groups.get(id) ?? { buckets: [] };
    if (full === `${name}_bucket`) group.buckets.push([le === '+Inf' ? Infinity : Number(le), value]);
    else if (full === `${name}_count`) group.count = value;
    else continue;
    groups.set(id, group);
  }
  for (const { buckets, count } of groups.values()) {
    const grows = buckets.every(([bound, value], i) => {
      const [before, less] = buckets[i - 1] ?? [Number.NEGATIVE_INFINITY, 0];
      return bound > before && value >= less;
    });
    const [last, all] = buckets.at(-1) ?? [];
    if (!grows || last !== Infinity || all !== count) throw new Error(`${name} is no histogram`);
  }
}

/** The value of the only series with this name and these labels among others; undefined: there is none. */
export function valueOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = series.filter(
    (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} series of ${name}`);
  return found[0]?.value;
}
