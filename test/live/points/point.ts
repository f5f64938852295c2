import { errorOf, makeBucket, type Answer, type CosDriver, type TestBucket } from '../../contract/driver.ts';

/** The means of a point. Every bucket that it makes is removed when the driver is closed. */
export interface Probe {
  readonly driver: CosDriver;
  /** A new bucket. */
  bucket(options?: Parameters<typeof makeBucket>[2]): Promise<TestBucket>;
  /** A bucket that never had versioning, one for all points. */
  readonly plain: TestBucket;
  /** A bucket with versioning, one for all points. */
  readonly versioned: TestBucket;
}

/** A point on which the documents of COS are silent or disagree. */
export interface Point {
  /** The name on the local cloud's page. */
  readonly name: string;
  /** Asks the service and returns its behaviour: the value of a switch, or a short text. */
  readonly observe: (probe: Probe) => Promise<string>;
}

export async function openProbe(driver: CosDriver): Promise<Probe> {
  return {
    driver,
    bucket: (options) => makeBucket(driver, 'more', options),
    plain: await makeBucket(driver, 'plain'),
    versioned: await makeBucket(driver, 'versions', { versioning: 'Enabled' }),
  };
}

/** `404 NoSuchKey`, or `200` for success. */
export function outcomeOf(answer: Answer): string {
  if (answer.status < 300) return `${answer.status}`;
  if (answer.body.length === 0) return `${answer.status} without a body`;
  return `${answer.status} ${errorOf(answer).code}`;
}

/** `true` or `false`, as a switch has it. */
export const yes = (value: boolean): string => String(value);

export const copyOf = (from: TestBucket, key: string): Readonly<Record<string, string>> => ({
  'x-cos-copy-source': `${from.host}/${key}`,
});
