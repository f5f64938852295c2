import type { ComponentChildren, JSX } from 'preact';
import type { BucketStatus, DestinationState } from '../../scan-schemas.ts';
import { Bars } from '../parts/bars.tsx';
import { Cause } from '../parts/cause.tsx';
import { useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import type { IconName } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import { bytes } from '../parts/size.ts';
import { Sign } from '../parts/state.tsx';
import type { Tone } from '../parts/state.tsx';
import { duration, moment } from '../parts/time.ts';
import { formatNumber, isText } from '../text/index.ts';
import { ScanLine } from './scan-line.tsx';
import type { ScanDeed } from './scan-line.tsx';

const SIGNS = {
  complete: ['good', 'check'],
  scanning: ['busy', 'clock'],
  behind: ['warn', 'clock'],
  blocked: ['bad', 'cross'],
  paused: ['quiet', 'pause'],
  unknown: ['quiet', 'info'],
  disabled: ['quiet', 'pause'],
} as const satisfies Record<DestinationState['state'], readonly [Tone, IconName]>;

interface Props {
  readonly status: BucketStatus;
  /** Undefined: the key may not. */
  readonly onDeed: ((deed: ScanDeed, destination: string) => void) | undefined;
}

/** How each destination stands by the last scan and by what waits now. */
export function Destinations({ status, onDeed }: Props): JSX.Element {
  return (
    <>
      {status.destinations.map((one) => (
        <Destination key={one.destination} one={one} onDeed={onDeed} />
      ))}
    </>
  );
}

function Destination({
  one,
  onDeed,
}: {
  readonly one: DestinationState;
  readonly onDeed: Props['onDeed'];
}): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const [tone, icon] = SIGNS[one.state];
  return (
    <section class="card destination">
      <h2 class="card-title">
        <Name text={one.destination} plain />
        <Sign tone={tone} icon={icon}>
          {t(`status.state.${one.state}`)}
        </Sign>
      </h2>
      <p>{safety(telling, one)}</p>
      {one.cause === undefined ? null : (
        <p>
          <Cause code={one.cause} />
        </p>
      )}
      <div class="status-parts">
        <Backlog one={one} />
        <Lag one={one} />
        <Existing one={one} />
      </div>
      <Sides one={one} />
      <ScanLine scan={one.scan} onDeed={onDeed && ((deed) => onDeed(deed, one.destination))} />
      {one.measuredAt === null ? null : <p class="fine">{t('status.by', { time: moment(telling, one.measuredAt) })}</p>}
    </section>
  );
}

/** The answer to "is it safe to switch over now?". */
function safety(telling: Telling, { state, completeUpTo, reasons }: DestinationState): string {
  const { t } = telling;
  if (completeUpTo !== null) {
    return t(state === 'complete' ? 'status.safe.yes' : 'status.safe.upto', { time: moment(telling, completeUpTo) });
  }
  return t('status.safe.no', { reason: why(telling, reasons.completeUpTo) });
}

function why({ t }: Telling, reason: string | undefined): string {
  const key = `status.reason.${reason ?? ''}`;
  return t(isText(key) ? key : 'status.reason.unknown');
}

const upTo = (telling: Telling, ms: number | null): string =>
  ms === null ? telling.t('status.longer') : telling.t('status.upto', { time: duration(telling, ms) });

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

function Backlog({ one: { backlog } }: { readonly one: DestinationState }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  return (
    <Part title={t('status.backlog')}>
      {backlog.keys === 0 && !backlog.atLeast ? (
        <p>{t('status.backlog.none')}</p>
      ) : (
        <Bars rows={backlog.byAge.map(({ upToMs, keys }) => ({ label: upTo(telling, upToMs), value: keys }))} />
      )}
      {backlog.atLeast ? <p class="fine">{t('overview.atleast', { n: backlog.keys })}</p> : null}
    </Part>
  );
}

function Lag({ one: { lagMs, reasons } }: { readonly one: DestinationState }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  if (lagMs === null) {
    return (
      <Part title={t('status.lag')}>
        <p class="fine">{why(telling, reasons.lagMs)}</p>
      </Part>
    );
  }
  const figures = [
    ['status.median', lagMs.p50],
    ['status.p99', lagMs.p99],
    ['status.max', lagMs.max],
  ] as const;
  return (
    <Part title={t('status.lag')}>
      <p>
        {figures.map(([name, ms]) => (
          <span key={name} class="lag">
            {t(name)} <strong>{duration(telling, ms)}</strong>{' '}
          </span>
        ))}
      </p>
      <Bars
        rows={lagMs.distribution.map(({ upToMs, versions }) => ({ label: upTo(telling, upToMs), value: versions }))}
      />
      <p class="fine">{t('status.lag.of', { n: lagMs.versions })}</p>
    </Part>
  );
}

function Existing({ one: { existing } }: { readonly one: DestinationState }): JSX.Element | null {
  const telling = useTelling();
  const { t } = telling;
  if (existing === null) return null;
  const { state, entries, etaSeconds } = existing;
  const { total, done } = entries;
  const running = total === null ? 'status.existing.counting' : 'status.existing.running';
  return (
    <Part title={t('status.existing')}>
      <p>
        {state === 'running'
          ? t(running, { n: done, total: formatNumber(telling.language, total ?? 0) })
          : t(`status.existing.${state}`)}
        {etaSeconds === null ? '' : ` · ${t('status.eta', { time: duration(telling, etaSeconds * 1000) })}`}
      </p>
      {state === 'running' && total !== null ? (
        <progress aria-label={t('status.existing')} max={Math.max(1, total)} value={done} />
      ) : null}
    </Part>
  );
}

function Sides({ one: { sides } }: { readonly one: DestinationState }): JSX.Element | null {
  const telling = useTelling();
  const { t, language } = telling;
  if (sides === null) return null;
  const amount = ({ versions, bytes: size }: { versions: number; bytes: number }) =>
    `${formatNumber(language, versions)} · ${bytes(language, size)}`;
  return (
    <table class="table stack" role="table">
      <caption class="sr-only">{t('status.sides')}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {(['side', 'current', 'older', 'markers'] as const).map((name) => (
            <th key={name} scope="col" role="columnheader">
              {t(`status.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {(['source', 'destination'] as const).map((name) => (
          <tr key={name} role="row">
            <th scope="row" role="rowheader">
              {t(`overview.role.${name}`)}
            </th>
            <td role="cell" data-label={t('status.current')}>
              {amount(sides[name].current)}
            </td>
            <td role="cell" data-label={t('status.older')}>
              {amount(sides[name].older)}
            </td>
            <td role="cell" data-label={t('status.markers')}>
              {formatNumber(language, sides[name].deleteMarkers)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
