/** Pairs of name and value. */
export type Tags = readonly (readonly [string, string])[];

/** Whether two versions have the same tags in any order, because COS guarantees none. */
export const sameTags = (one: Tags, other: Tags): boolean => textOf(one) === textOf(other);

const textOf = (tags: Tags): string => JSON.stringify(tags.map((tag) => JSON.stringify(tag)).toSorted());
