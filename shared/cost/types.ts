/** The usage of a deployment, counted and not guessed. */
export interface Usage {
  /** Requests to COS, refused ones included: those are paid for as well. */
  readonly requests: number;
  /** Runs of functions. */
  readonly invocations: number;
  /** GB of memory that was set, times seconds of running, over all runs. */
  readonly gbSeconds: number;
  /** Bytes that were copied from one region to another. */
  readonly bytesAcrossRegions: number;
}

/** List prices, all in one currency. */
export interface Prices {
  /** Name of the currency, as it is printed. */
  readonly currency: string;
  /** For 10,000 requests to objects of the standard class. */
  readonly requestsPer10000: number;
  /** For 10,000 runs of functions. */
  readonly invocationsPer10000: number;
  /** For 1 GB of memory during 1 s. */
  readonly gbSecond: number;
  /** For 1 GB (10^9 bytes) copied between two regions. */
  readonly trafficPerGb: number;
  /** Units of the currency for 1 USD, to compare with services that give prices in USD. */
  readonly perUsd: number;
}

/** Amounts in the currency of the prices. */
export interface Cost {
  readonly requests: number;
  readonly functions: number;
  readonly traffic: number;
  readonly total: number;
}

/** The usage of one piece of work, as it was measured. */
export interface Profile {
  /** COS requests of one object copied whole. */
  readonly requestsPerObject: number;
  /** Further requests for each part of an object that is copied in parts. */
  readonly requestsPerPart: number;
  /** ms that a function runs for one object. */
  readonly msPerObject: number;
  /** ms for which one part keeps a lane busy, and how many lanes share one function. */
  readonly msPerPart: number;
  readonly lanes: number;
  /** MB that the function is given. */
  readonly memory: number;
}
