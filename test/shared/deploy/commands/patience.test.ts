import { expect, it } from 'vitest';
import { lookPatiently } from '../../../../shared/deploy/commands/patience.ts';
import { DeployError } from '../../../../shared/deploy/error.ts';
import { ServiceError } from '../../../../shared/errors/index.ts';

/** A look that fails that many times with an error; returns the answer or the error, the looks and the waits. */
async function looked(error: Error, failures: number) {
  let looks = 0;
  const waits: number[] = [];
  const look = async (): Promise<string> => {
    looks += 1;
    if (looks <= failures) throw error;
    return 'answer';
  };
  const result = await lookPatiently(look, async (ms) => void waits.push(ms)).catch((cause: unknown) => cause);
  return { result, looks, waits };
}

it.each([
  new DeployError('The API gave no answer.', 'NetworkError', undefined, true),
  new DeployError('The API answered 503 SlowDown: later', 'SlowDown', undefined, true),
  new DeployError('The API answered 500 InternalError: unexpected', 'InternalError', undefined, true),
  new ServiceError('the state bucket refused', { code: 'SlowDown', status: 503, retryable: true }),
])('a look survives five failures that may pass ($code)', async (error) => {
  const { result, waits } = await looked(error, 5);
  expect(result).toBe('answer');
  expect(waits).toEqual([2_000, 5_000, 10_000, 20_000, 30_000]);
});

it('a look that fails six times ends with the last error', async () => {
  const error = new DeployError('The API gave no answer.', 'NetworkError', undefined, true);
  expect(await looked(error, 6)).toMatchObject({ result: error, looks: 6 });
});

it.each([
  new DeployError('The API answered 403 AccessDenied: no right', 'AccessDenied'),
  new DeployError('The API answered in an unknown form.', 'API_OTHER_RELEASE'),
  new TypeError('a mistake of ours'),
])('a look whose refusal no retry helps ends at once', async (error) => {
  expect(await looked(error, 1)).toMatchObject({ result: error, looks: 1, waits: [] });
});
