import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BucketStatus, DestinationState } from '../../scan-schemas.ts';
import { Bars } from '../parts/bars.tsx';
import { Cause } from '../parts/cause.tsx';
import { LagChart } from '../parts/chart.tsx';
import { useSession, useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { Name } from '../parts/name.tsx';
import { Part } from '../parts/part.tsx';
import { samplesOf } from '../parts/samples.ts';
import { DestinationSign, Sign } from '../parts/state.tsx';
import { duration, moment } from '../parts/time.ts';
import { hrefOf } from '../route.ts';
import { formatNumber, isText } from '../text/index.ts';
import { Canary, LagFigures, Live } from './live-figures.tsx';
import { Sides } from './sides.tsx';
import { ScanLine } from './scan-line.tsx';
import type { ScanDeed } from './scan-line.tsx';

interface Props {
  readonly status: BucketStatus;
  /** Undefined when the key may not. */
  readonly onDeed: ((deed: ScanDeed, destination: string) => void) | undefined;
}

/** Cards drawn at once; a deployment may have a hundred destinations. */
const PAGE = 10;
/** The order of states: those that need attention come first. */
const ORDER = [
  'broken',
  'blocked',
  'behind',
  'unknown',
  'scanning',
  'paused',
  'complete',
  'disabled',
] as const satisfies readonly DestinationState['state'][];

/** Cards of the destinations, by the last scan and the work that waits now. */
export function Destinations({ status, onDeed }: Props): JSX.Element {
  const { t } = useTelling();
  const [shown, setShown] = useState(PAGE);
  const sorted = status.destinations.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return (
    <>
      {sorted.slice(0, shown).map((one) => (
        <Destination key={one.destination} one={one} onDeed={onDeed} />
      ))}
      {sorted.length > shown ? (
        <p>
          <button type="button" class="button" onClick={() => setShown(shown + PAGE)}>
            {t('do.more')} ({sorted.length - shown})
          </button>
        </p>
      ) : null}
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
  return (
    <section class="card destination">
      <h2 class="card-title">
        <Name text={one.destination} plain />
        <DestinationSign state={one.state} />
      </h2>
      <Safety one={one} />
      {one.behind === null ? null : (
        <p>
          {t(one.behind.repairing ? 'status.behind.repairing' : 'status.behind.since', {
            time: moment(telling, one.behind.since),
          })}
        </p>
      )}
      {one.preconditions.broken.map(({ what, means, todo }) => (
        <p key={what}>
          {what}: {means}. {todo}
        </p>
      ))}
      {one.cause === undefined || one.state === 'broken' ? null : (
        <p>
          <Cause code={one.cause} />
        </p>
      )}
      <div class="status-parts">
        <Backlog one={one} />
        <Lag one={one} />
        <Live one={one} />
        <Canary one={one} />
        <Existing one={one} />
      </div>
      <Trend one={one} />
      <Sides one={one} />
      <ScanLine scan={one.scan} onDeed={onDeed && ((deed) => onDeed(deed, one.destination))} />
      {one.measuredAt === null ? null : <p class="fine">{t('status.by', { time: moment(telling, one.measuredAt) })}</p>}
    </section>
  );
}

/** The answer to "is it safe to switch over now?", as far as the last scan shows. */
function Safety({ one: { state, completeUpTo, reasons } }: { readonly one: DestinationState }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const link = <a href={hrefOf('verify')}>{t('status.verify')}</a>;
  if (completeUpTo === null) {
    return (
      <p>
        {t('status.safe.no', { reason: why(telling, reasons.completeUpTo) })} {link}
      </p>
    );
  }
  const complete = state === 'complete';
  return (
    <p>
      <Sign tone={complete ? 'good' : 'warn'} icon={complete ? 'check' : 'clock'}>
        {t(complete ? 'status.safe.yes' : 'status.safe.upto', { time: moment(telling, completeUpTo) })}
      </Sign>{' '}
      {link}
    </p>
  );
}

function why({ t }: Telling, reason: string | undefined): string {
  const key = `status.reason.${reason ?? ''}`;
  return t(isText(key) ? key : 'status.reason.unknown');
}

const upTo = (telling: Telling, ms: number | null): string =>
  ms === null ? telling.t('status.longer') : telling.t('status.upto', { time: duration(telling, ms) });

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
  return (
    <Part title={t('status.lag')}>
      <LagFigures lag={lagMs} />
      <Bars
        rows={lagMs.distribution.map(({ upToMs, versions }) => ({ label: upTo(telling, upToMs), value: versions }))}
      />
      <p class="fine">{t('status.lag.of', { n: lagMs.versions })}</p>
    </Part>
  );
}

function Trend({ one: { destination, lagMs } }: { readonly one: DestinationState }): JSX.Element {
  const { t } = useTelling();
  const { bucket } = useSession();
  return (
    <div class="status-parts">
      <Part title={t('status.now')}>
        <LagChart samples={samplesOf(bucket, destination)} usual={lagMs?.p99} />
      </Part>
    </div>
  );
}

function Existing({ one: { existing, scan } }: { readonly one: DestinationState }): JSX.Element | null {
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
          : t(
              state === 'waiting' && scan.pausedSince !== undefined ? 'status.scan.paused' : `status.existing.${state}`,
            )}
        {etaSeconds === null || done === total
          ? ''
          : ` · ${t('status.eta', { time: duration(telling, etaSeconds * 1000) })}`}
      </p>
      {state === 'running' && total !== null ? (
        <progress aria-label={t('status.existing')} max={Math.max(1, total)} value={done} />
      ) : null}
    </Part>
  );
}
