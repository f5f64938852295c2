/** The usage of a deployment, counted rather than estimated. */
export interface Usage {
  /** Requests to COS, refused ones included, because they are billed as well. */
  readonly requests: number;
  /** Runs of functions. */
  readonly invocations: number;
  /** Memory size in GB times run time in seconds, summed over all runs. */
  readonly gbSeconds: number;
  /** Bytes that were copied from one region to another. */
  readonly bytesAcrossRegions: number;
}

/** List prices, all in one currency. */
export interface Prices {
  /** Name of the currency, as printed. */
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

/** The measured usage of one piece of work. */
export interface Profile {
  /** COS requests for one object that is copied whole. */
  readonly requestsPerObject: number;
  /** Further requests for each part of an object that is copied in parts. */
  readonly requestsPerPart: number;
  /** Run time of a function for one object, in ms. */
  readonly msPerObject: number;
  /** ms for which one part keeps a lane busy; and the number of lanes that share one function. */
  readonly msPerPart: number;
  readonly lanes: number;
  /** Memory size of the function in MB. */
  readonly memory: number;
}
