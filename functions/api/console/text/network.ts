/** Codes of requests without a usable answer; all of them mean the same to a person. */
export const NETWORK = /^(?:Connection|Answer|Deadline)/;
