import { describe, expect, it } from 'vitest';
import { checkDropped, checkIdle } from '../../../../shared/deploy/commands/stops.ts';
import { sampleSettings } from '../settings.ts';

const replicating = [{ bucket: 'source-1250000000', rules: 2 }];

describe('a deployment', () => {
  it('continues when every bucket with rules is still a source', () => {
    expect(() => checkDropped({ replicating, pending: 7 }, sampleSettings())).not.toThrow();
  });

  it('is refused when it drops a source that has enabled rules', () => {
    const settings = sampleSettings({ sources: ['other-1250000000@ap-guangzhou'] });
    expect(() => checkDropped({ replicating, pending: 0 }, settings)).toThrow(
      /source-1250000000@ap-guangzhou has enabled replication rules but is not in sources any more.*--force/,
    );
  });
});

describe('a removal', () => {
  it('continues when nothing is replicated and nothing waits', () => {
    expect(() => checkIdle({ replicating: [], pending: 0 })).not.toThrow();
  });

  it.each([
    [{ replicating, pending: 0 }, /has rules of source-1250000000 \(2 enabled\): /],
    [{ replicating: [], pending: 3 }, /has 3 pieces of pending work: /],
    [
      { replicating, pending: 1000 },
      /rules of source-1250000000 \(2 enabled\) and 1000 or more pieces of pending work/,
    ],
  ])('is refused with its consequence: %o', (progress, message) => {
    expect(() => checkIdle(progress)).toThrow(message);
  });
});
