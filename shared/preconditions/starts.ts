/** The events that start one function of serverless.yml, as passed on by deploying. */
export type Start = {
  /** Its key in serverless.yml. */
  readonly key: string;
  /** COS events, for example `cos:ObjectCreated:*`. */
  readonly events: readonly string[];
} & (
  | {
      /** The number of source buckets whose events start one copy of the function: `<key>`, `<key>-2`, … */
      readonly sources: number;
    }
  | {
      /** Prefix of the keys on the state bucket. */
      readonly prefix: string;
    }
);

/** The environment variable that lists the starts, for the functions that check the others. */
export const STARTS = 'STARTS';

/** `replicate 3 cos:ObjectCreated:*;task tasks/ cos:ObjectCreated:*`: short, because an environment is small. */
export function writeStarts(starts: readonly Start[]): string {
  return starts
    .map((start) => [start.key, 'prefix' in start ? start.prefix : start.sources, ...start.events].join(' '))
    .join(';');
}

/** Undefined when nothing was passed on, or it cannot be parsed. The expected triggers are then unknown. */
export function readStarts(text: string | undefined): readonly Start[] | undefined {
  if (!text) return undefined;
  const starts = text.split(';').map(readStart);
  return starts.every((start) => start !== undefined) ? starts : undefined;
}

function readStart(text: string): Start | undefined {
  const [key = '', of = '', ...events] = text.split(' ');
  if (key === '' || events.length === 0 || events.includes('')) return undefined;
  if (of.endsWith('/')) return { key, events, prefix: of };
  return /^[1-9]\d*$/.test(of) ? { key, events, sources: Number(of) } : undefined;
}
