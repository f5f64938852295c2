import { describe, expect, it } from 'vitest';
import type { Cos } from '../../../shared/cos/index.ts';
import { createRuleStore } from '../../../shared/rules/index.ts';
import { cosError, createMemoryCos } from '../../functions/api/memory-cos.ts';
import { SOURCE } from './sample.ts';

const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };

function world(change: (cos: Cos) => Partial<Cos>) {
  const memory = createMemoryCos(() => 1_700_000_000_000);
  const cos = { ...memory.cos, ...change(memory.cos) };
  return { memory, store: createRuleStore({ cos, state: STATE, now: () => 0 }) };
}

describe('the turn in which rules are stored', () => {
  it('is taken by a caller that finds it taken because its own first request got no answer', async () => {
    const { memory, store } = world((cos) => ({
      putObject: async (...request) => {
        await cos.putObject(...request);
        return cos.putObject(...request);
      },
    }));
    await expect(store.inTurn(SOURCE, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(memory.objects.size).toBe(0);
  });

  it('is refused while somebody else has it', async () => {
    const { store } = world(() => ({}));
    const inner = () => store.inTurn(SOURCE, () => Promise.resolve());
    await expect(store.inTurn(SOURCE, inner)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });

  it('does not turn a finished write into a failure when it cannot be released', async () => {
    const { store } = world(() => ({ deleteObject: () => Promise.reject(cosError(STATE, 'InternalError', 500)) }));
    await expect(store.inTurn(SOURCE, () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
