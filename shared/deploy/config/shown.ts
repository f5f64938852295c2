const LONGEST = 100;

/** A value of serverless.yml for messages, shortened if it is long. */
export const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, LONGEST) ?? 'nothing';
