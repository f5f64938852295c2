import type { JSX } from 'preact';
import type { DestinationState } from '../../scan-schemas.ts';
import { useTelling } from '../parts/context.ts';
import { Part } from '../parts/part.tsx';
import { bytes } from '../parts/size.ts';
import { duration, moment } from '../parts/time.ts';

interface Props {
  readonly one: DestinationState;
}

/** Median, 99th percentile and maximum. */
export function LagFigures({ lag }: { readonly lag: NonNullable<DestinationState['lagMs']> }): JSX.Element {
  const telling = useTelling();
  const figures = [
    ['status.median', lag.p50],
    ['status.p99', lag.p99],
    ['status.max', lag.max],
  ] as const;
  return (
    <p>
      {figures.map(([name, ms]) => (
        <span key={name} class="lag">
          {telling.t(name)} <strong>{duration(telling, ms)}</strong>{' '}
        </span>
      ))}
    </p>
  );
}

/** The last hour, as counted by the functions. */
export function Live({ one: { live, reasons } }: Props): JSX.Element {
  const { t, language } = useTelling();
  return (
    <Part title={t('status.live')}>
      {live === null ? (
        <p class="fine">{t(reasons.live === 'outdated' ? 'status.live.outdated' : 'status.live.none')}</p>
      ) : (
        <>
          <p>
            {t('status.live.copied', { n: live.copied.versions, size: bytes(language, live.copied.bytes) })}
            {live.failedTries === 0 ? '' : ` · ${t('status.live.failed', { n: live.failedTries })}`}
          </p>
          {live.lagMs === null ? null : <LagFigures lag={live.lagMs} />}
        </>
      )}
    </Part>
  );
}

/** The last canaries; nothing when they are off. */
export function Canary({ one: { canary, reasons } }: Props): JSX.Element | null {
  const telling = useTelling();
  const { t } = telling;
  if (canary === null && reasons.canary !== 'outdated') return null;
  const said =
    canary === null
      ? [t('status.canary.outdated')]
      : [
          canary.lagMs === null ? '' : t('status.canary.lag', { time: duration(telling, canary.lagMs) }),
          canary.waitingSince === null
            ? ''
            : t('status.canary.waiting', { time: moment(telling, canary.waitingSince) }),
          canary.lost === 0 ? '' : t('status.canary.lost', { n: canary.lost }),
        ];
  return (
    <Part title={t('status.canary')}>
      <p>{said.filter((text) => text !== '').join(' · ')}</p>
    </Part>
  );
}
