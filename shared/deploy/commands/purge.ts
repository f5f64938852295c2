import { createInterface } from 'node:readline/promises';
import type COS from 'cos-nodejs-sdk-v5';
import { formatPlace, objectPages, type Cos, type Place } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { DeployError } from '../error.ts';
import type { Reporter } from './deploy.ts';

/** Objects that COS deletes in one request. */
const PER_CALL = 1000;
/** Rounds of deleting; more than one, because a run may still write to the bucket. */
const ROUNDS = 5;

/** The terminal on which the user is asked. */
export interface Terminal {
  readonly isTTY: boolean;
  question(text: string): Promise<string>;
}

function terminalOf(): Terminal {
  return {
    isTTY: process.stdin.isTTY && process.stdout.isTTY,
    async question(text) {
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return await lines.question(text);
      } finally {
        lines.close();
      }
    },
  };
}

/**
 * Asks whether to delete the state bucket. The user consents by typing its name, at the question or with `--confirm`.
 * Throws `DeployError` otherwise, with nothing changed.
 */
export async function askToPurge(
  { bucket }: Place,
  confirmed: string | undefined,
  terminal: Terminal = terminalOf(),
): Promise<void> {
  const said = confirmed ?? (await ask(bucket, terminal));
  if (said === bucket) return;
  throw new DeployError(
    said === undefined
      ? `--purge deletes the state bucket for good, so it asks first, and there is no terminal to ask on: add "--confirm ${bucket}".`
      : `"${said}" is not the name of the state bucket, ${bucket}: nothing was removed.`,
    'NOT_CONFIRMED',
  );
}

async function ask(bucket: string, terminal: Terminal): Promise<string | undefined> {
  if (!terminal.isTTY) return undefined;
  const answer = await terminal.question(
    `${bucket} holds rules, API keys, pending work, and the marker keys that prove replicas. Without it a new ` +
      'deployment copies existing objects again. This cannot be undone.\nType its name to delete it: ',
  );
  return answer.trim();
}

/** Deletes everything in the state bucket, and the bucket. A missing bucket is no error. Throws `DeployError`. */
export async function purge(
  state: Place,
  { cos, sdk, report }: { readonly cos: Pick<Cos, 'listObjects'>; readonly sdk: COS; readonly report: Reporter },
): Promise<void> {
  const at = { Bucket: state.bucket, Region: state.region };
  for (let round = 1; ; round += 1) {
    try {
      const count = await empty(cos, sdk, state);
      report.line(`state bucket ${state.bucket}: ${count} objects deleted`);
      await sdk.deleteBucket(at);
      report.line(`state bucket ${state.bucket}: removed`);
      return;
    } catch (error) {
      const { code, message } = reasonOf(error);
      if (code === 'NoSuchBucket') {
        report.line(`state bucket ${state.bucket}: not there`);
        return;
      }
      // The last run of a removed function may still have written.
      if (code === 'BucketNotEmpty' && round < ROUNDS) continue;
      throw new DeployError(
        `The state bucket ${formatPlace(state)} could not be deleted: ${message} (${code}). Run "npx serverless remove --purge" again; the credentials need cos:GetBucket, cos:DeleteObject and cos:DeleteBucket on it.`,
        'PURGE_FAILED',
        error,
      );
    }
  }
}

async function empty(cos: Pick<Cos, 'listObjects'>, sdk: COS, state: Place): Promise<number> {
  let count = 0;
  for await (const page of objectPages(cos, state, '', { maxKeys: PER_CALL })) {
    const answer: { Error?: { Key: string; Code?: string; Message?: string }[] } = await sdk.deleteMultipleObject({
      Bucket: state.bucket,
      Region: state.region,
      Objects: page.map(({ key }) => ({ Key: key })),
    });
    // The type of the SDK does not cover an answer without failures.
    const [first] = answer.Error ?? [];
    if (first !== undefined) throw new DeployError(`${first.Key}: ${first.Message}`, first.Code ?? 'COS_ERROR');
    count += page.length;
  }
  return count;
}

/** The SDK rejects with plain objects that also hold the request's headers, so only code and message are copied. */
function reasonOf(error: unknown): { code: string; message: string } {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'COS_ERROR',
    message: typeof message === 'string' ? message : 'no answer',
  };
}
