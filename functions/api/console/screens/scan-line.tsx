import type { JSX } from 'preact';
import type { ScanState } from '../../scan-schemas.ts';
import { useTelling } from '../parts/context.ts';
import { moment } from '../parts/time.ts';

export type ScanDeed = 'scan' | 'pause' | 'resume';

interface Props {
  readonly scan: ScanState;
  readonly onDeed: ((deed: ScanDeed) => void) | undefined;
}

/** State of the scan of a destination, and the buttons to steer it. Only what makes sense now is offered. */
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
