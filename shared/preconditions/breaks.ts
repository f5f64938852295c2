import { causeEntry, type Explanation } from '../errors/index.ts';

/** The kind of thing that was checked: a bucket, by the function that copies; or the platform around the functions. */
export const CHECKED = ['source', 'destination', 'trigger', 'function'] as const;
export type CheckedThing = (typeof CHECKED)[number];

/** The causes that this service names by itself; any other one is an error code of COS. */
export const BREAKS: Readonly<Record<string, Explanation>> = {
  'trigger-missing': {
    means: 'the trigger is gone, so no event starts the function',
    todo: 'Deploy again. The next scan finds the versions written since.',
  },
  'trigger-off': {
    means: 'somebody switched the trigger off, so no event starts the function',
    todo: 'Deploy again, or switch the trigger on. The next scan finds the versions written since.',
  },
  'function-missing': { means: 'the function does not exist', todo: 'Deploy again.' },
  'function-not-active': {
    means: 'the function takes no calls',
    todo: 'See its state in the SCF console. If it stays, deploy again.',
  },
  'function-throttled': {
    means: 'the instances reserved for the function are fewer than one, so that it never runs',
    todo: 'Remove the reservation in the SCF console, or deploy again.',
  },
  'function-silent': {
    means: 'the function has not done its hourly check for hours',
    todo: 'See its log and its trigger: npx serverless replication doctor.',
  },
  AccessDenied: {
    means: 'COS refuses the role of the functions',
    todo: 'Deploy again. In the bucket of another account, let the roles of this deployment in.',
  },
  NoSuchBucket: { means: 'the bucket does not exist', todo: 'Make the bucket, or remove the rule.' },
  BucketVersionNotOpen: {
    means: 'versioning of the bucket is not enabled: a replica would overwrite an object',
    todo: 'Enable versioning. Waiting work is then tried again by itself.',
  },
};

/** The explanation of a broken precondition. */
export function explainBreak(cause: string): Explanation {
  const own = Object.hasOwn(BREAKS, cause) ? BREAKS[cause] : causeEntry(cause);
  return own ?? { means: `COS answered ${cause}`, todo: 'Run the pre-flight.' };
}
