/** A world of the ordinary mix that is known to fail, until its cause is mended. */
interface Known {
  /** The source version that it fails by. */
  readonly versionId: string;
  readonly cause: string;
}

/** By seed. A world that fails by another version, or does not fail any more, counts as failed. */
export const KNOWN: ReadonlyMap<number, Known> = new Map<number, Known>([
  [
    552,
    {
      versionId: 'MTg0NDQ5NzY4NDY0MzI3MTg2MTU',
      cause: 'an event is lost, and before a scan comes lifecycle removes the replica whose base recorded the gap',
    },
  ],
]);
