import type { JSX } from 'preact';
import type { ScanState } from '../../scan-schemas.ts';
import { useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { duration, moment } from '../parts/time.ts';
import { formatNumber } from '../text/index.ts';

export type ScanDeed = 'scan' | 'pause' | 'resume';

interface Props {
  readonly scan: ScanState;
  readonly onDeed: ((deed: ScanDeed) => void) | undefined;
}

/** State of the scan of a destination, with the buttons that make sense now. */
export function ScanLine({ scan, onDeed }: Props): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { state, endedAt } = scan;
  const deeds: readonly ScanDeed[] =
    state === 'paused' ? ['resume'] : state === 'none' || state === 'ended' ? ['scan'] : ['pause'];
  return (
    <div class="actions">
      <span>
        {t('status.scan')}: {t(`status.scan.${state}`, { time: endedAt === undefined ? '' : moment(telling, endedAt) })}
        {progressOf(telling, scan)}
      </span>
      {onDeed === undefined
        ? null
        : deeds.map((deed) => (
            <button key={deed} type="button" class="button small" onClick={() => onDeed(deed)}>
              {t(`status.do.${deed}`)}
            </button>
          ))}
    </div>
  );
}

/** Progress, speed and end of a scan, as far as known; empty for one that has ended. */
function progressOf(telling: Telling, { state, entries, entriesPerSecond, etaSeconds }: ScanState): string {
  const { t, language } = telling;
  if (state === 'ended' || state === 'none') return '';
  const { done, total } = entries;
  return [
    '',
    total === null
      ? t('status.existing.counting', { n: done })
      : t('status.existing.running', { n: done, total: formatNumber(language, total) }),
    ...(entriesPerSecond === null ? [] : [t('status.rate', { n: Math.round(entriesPerSecond) })]),
    ...(etaSeconds === null ? [] : [t('status.eta', { time: duration(telling, etaSeconds * 1000) })]),
  ].join(' · ');
}
