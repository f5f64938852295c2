import { describe, expect, it } from 'vitest';

import { judge, seenFrom } from '../../../../functions/api/console/screens/judge.ts';
import { NEW_RULE } from '../../../../functions/api/console/rules/fields.ts';
import type { DestinationState } from '../../../../functions/api/scan-schemas.ts';
import { TEXTS, translate } from '../../../../functions/api/console/text/index.ts';
import type { TextKey } from '../../../../functions/api/console/text/index.ts';

const SOURCE = 'source-1250000000';
const AT = '2026-03-01T08:05:12.000Z';
const EARLIER = '2026-03-01T07:00:00.000Z';
const telling = {
  language: 'en' as const,
  t: (key: TextKey, values = {}) => translate('en', key, values),
};

type Some = Partial<Pick<DestinationState, 'state' | 'completeUpTo' | 'behind' | 'backlog' | 'preconditions'>>;
const backlog = (keys: number, failed = 0, atLeast = false) => ({
  keys,
  failed,
  atLeast,
  oldestAgeMs: null,
  byAge: [],
});

/** The overview's verdict on these destinations. */
function said(
  destinations: readonly Some[],
  rules = [{ ...NEW_RULE, bucket: 'backup-1250000000' }],
  versioning = 'Enabled',
) {
  const place = { bucket: SOURCE, region: 'ap-guangzhou', versioning: versioning as 'Enabled' };
  const setup = { rules, deployment: { sources: [place], destinations: [] } };
  const full = destinations.map((one) => ({
    state: 'complete',
    completeUpTo: AT,
    behind: null,
    backlog: backlog(0),
    ...one,
  }));
  const seen = seenFrom(setup as never, { bucket: SOURCE, destinations: full, measuredAt: AT } as never);
  return judge(telling, seen, SOURCE);
}
const english = (key: TextKey) => TEXTS[key][0];

describe('the verdict of the overview', () => {
  it('says that everything is replicated only where every destination is complete, up to the earliest moment', () => {
    const verdict = said([{}, { completeUpTo: EARLIER }]);
    expect(verdict).toMatchObject({ tone: 'good', title: english('overview.complete') });
    expect(verdict.text).toContain(new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(new Date(EARLIER)));
    expect(said([{}, { state: 'disabled', completeUpTo: null }]).tone).toBe('good');
    for (const state of ['scanning', 'unknown', 'behind'] as const) {
      expect(said([{}, { state, completeUpTo: EARLIER }])).toMatchObject({
        tone: 'busy',
        title: english('overview.ok'),
      });
    }
    expect(said([{ state: 'disabled' }]).tone).toBe('busy');
  });

  it('does not trust the counts of a destination that is so far behind that nothing is counted', () => {
    const behind = { since: EARLIER, cause: 'AccessDenied', repairing: false };
    for (const count of [backlog(0), backlog(7), backlog(7, 5, true)]) {
      expect(said([{}, { state: 'behind', behind, backlog: count }])).toMatchObject({
        tone: 'bad',
        title: english('overview.behind'),
      });
    }
  });

  it('names failed work before waiting work, and a refusal before both', () => {
    expect(said([{ state: 'behind', backlog: backlog(7, 2) }])).toMatchObject({
      title: '2 objects failed',
      failures: true,
    });
    expect(said([{ state: 'behind', backlog: backlog(7) }])).toMatchObject({
      tone: 'busy',
      title: '7 pieces of work wait',
    });
    expect(said([{ state: 'behind', backlog: backlog(7, 0, true) }])).toMatchObject({
      title: 'At least 7 pieces of work wait',
    });
    expect(said([{ backlog: backlog(7) }, { state: 'blocked' }])).toMatchObject({ title: english('overview.blocked') });
    expect(said([{}, { state: 'paused' }])).toMatchObject({ tone: 'quiet', title: english('overview.paused') });
  });

  it('names broken preconditions before any count, and the next step', () => {
    const broken = [
      {
        check: 'trigger' as const,
        what: 'the start',
        cause: 'x',
        since: AT,
        means: 'it is gone',
        todo: 'Deploy again.',
      },
    ];
    const preconditions = { broken, bucketsCheckedAt: AT, functionsCheckedAt: AT };
    expect(said([{ backlog: backlog(7, 2) }, { state: 'broken', preconditions }])).toMatchObject({
      tone: 'bad',
      title: english('status.state.broken'),
      text: 'the start: it is gone. Deploy again.',
    });
  });

  it('begins with the preconditions of everything else', () => {
    expect(said([{}], undefined, 'Suspended')).toMatchObject({
      tone: 'bad',
      title: english('overview.versioning.off'),
    });
    expect(said([], [{ ...NEW_RULE, enabled: false }])).toMatchObject({ title: english('overview.disabled') });
  });
});
