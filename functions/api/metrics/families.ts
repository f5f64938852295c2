import type { BucketStatus } from '../scan-schemas.ts';
import type { Family } from './text.ts';
import { START, type Row } from './series.ts';
import { backlogFamilies, preconditionFamilies, stateFamilies } from './state-families.ts';
import { canaryFamilies, lagFamilies, liveFamilies } from './live-families.ts';
import { existingFamilies, ruleFamilies, scanFamilies, sideFamilies } from './scan-families.ts';

/** The known figures of one source; `status` undefined: it could not be read. */
export interface SourceStatus {
  readonly source: string;
  readonly status: BucketStatus | undefined;
}

/**
 * The status of buckets as metrics. An unknown figure is left out and never 0; `figure_known` names such figures.
 * `withRules` false: the figures of single rules are left out, and the answer says so.
 */
export function familiesOf(sources: readonly SourceStatus[], withRules: boolean): readonly Family[] {
  const rows = sources.flatMap(({ source, status }) =>
    (status?.destinations ?? []).map((it): Row => ({ labels: { source, destination: it.destination }, it })),
  );
  return [
    {
      name: `${START}source_readable`,
      help: 'Whether the status of the source could be read for this answer. If it is 0, its other series are missing.',
      type: 'gauge',
      samples: sources.map(({ source, status }) => ({ labels: { source }, value: Number(status !== undefined) })),
    },
    {
      name: `${START}rules_left_out`,
      help: 'Whether the series of single rules are left out, because the answer would be too large.',
      type: 'gauge',
      samples: [{ labels: {}, value: Number(!withRules) }],
    },
    ...stateFamilies(rows),
    ...preconditionFamilies(rows),
    ...backlogFamilies(rows),
    ...lagFamilies(rows),
    ...liveFamilies(rows),
    ...canaryFamilies(rows),
    ...(withRules ? ruleFamilies(rows) : []),
    ...sideFamilies(rows),
    ...existingFamilies(rows),
    ...scanFamilies(rows),
  ];
}
