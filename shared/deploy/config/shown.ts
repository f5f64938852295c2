const LONGEST = 100;

/** A value of serverless.yml as messages show it, cut where it is long. */
export const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, LONGEST) ?? 'nothing';
