import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Client } from '../client/client.ts';
import { reattempt } from './reattempt.ts';
import { useAct } from '../parts/act.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { FailureTable } from './failure-table.tsx';

const FILTERS = ['all', 'failed', 'pending'] as const;
type Filter = (typeof FILTERS)[number];
const STATES = { all: undefined, failed: 'FAILED', pending: 'PENDING' } as const;

/** One page at a time, because thousands of rows would make a browser slow, and nobody reads them. */
export function Failures(): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, mayWrite, announce } = useSession();
  const [filter, setFilter] = useState<Filter>('all');
  /** Cursors of the current page and of those before it; empty on the first page. */
  const [markers, setMarkers] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const [started, setStarted] = useState<number>();
  const { problem, act, forget } = useAct();
  const state = STATES[filter];
  const marker = markers.at(-1);
  const { value, error, busy, reload } = useLoad(`${bucket} ${filter} ${marker ?? ''}`, () =>
    client.failures({ ...(state === undefined ? {} : { state }), ...(marker === undefined ? {} : { marker }) }),
  );
  // Further pages do not change while they are read.
  const live = markers.length === 0;
  useLive(reload, live);
  const items = value?.items ?? [];
  const next = value?.marker;

  const refresh = () => {
    forget();
    void reload();
  };
  const retryOne = (key: string) =>
    act(async () => {
      announce(await reattempt(client, key, t));
      await reload();
    });
  const retryAll = () =>
    act(async () => {
      setStarted(0);
      try {
        announce(t('failures.retry.done', { n: await reattemptAll(client, setStarted) }));
        setMarkers([]);
        refresh();
      } finally {
        setStarted(undefined);
        setAsking(false);
      }
    });

  return (
    <Screen
      title={t('failures.title')}
      lead={t('failures.lead')}
      actions={
        <>
          <button type="button" class="button" disabled={busy} onClick={refresh}>
            <Icon name="retry" /> {t('do.refresh')}
          </button>
          {mayWrite && items.length > 0 ? (
            <button type="button" class="button primary" onClick={() => setAsking(true)}>
              {t('failures.retry.all')}
            </button>
          ) : null}
        </>
      }
    >
      <div class="toolbar">
        <div class="segments" role="group" aria-label={t('failures.show')}>
          {FILTERS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter === name}
              onClick={() => {
                setMarkers([]);
                setFilter(name);
              }}
            >
              {t(`failures.${name}`)}
            </button>
          ))}
        </div>
        {value === undefined ? null : (
          <span class="fine">
            {t(next === undefined ? 'failures.shown' : 'failures.shown.more', { n: items.length })}
            {live ? '' : ` · ${t('failures.page', { n: markers.length + 1 })}`}
          </span>
        )}
      </div>
      {error === undefined ? null : <Problem error={error} onRetry={refresh} />}
      {problem === undefined ? null : <Problem error={problem} />}
      {(value?.unreadable ?? 0) > 0 ? (
        <p class="banner warn">{t('failures.unreadable', { n: value?.unreadable ?? 0 })}</p>
      ) : null}
      {value === undefined && error === undefined ? <Busy /> : null}
      {value !== undefined && items.length === 0 ? (
        <Nothing whole={filter === 'all' && live && next === undefined} />
      ) : null}
      {value === undefined || items.length === 0 ? null : (
        <FailureTable page={value} onRetry={mayWrite ? (key) => void retryOne(key) : undefined} />
      )}
      {live && next === undefined ? null : (
        <div class="actions">
          <button type="button" class="button" disabled={live} onClick={() => setMarkers(markers.slice(0, -1))}>
            {t('do.previous')}
          </button>
          <button
            type="button"
            class="button"
            disabled={next === undefined}
            onClick={() => setMarkers(next === undefined ? markers : [...markers, next])}
          >
            {t('do.next')}
          </button>
        </div>
      )}
      {value === undefined ? null : <MeasuredAt time={value.measuredAt} live={live} />}
      {asking ? (
        <Dialog
          title={t('failures.retry.title')}
          action={started === undefined ? t('failures.retry.all') : t('failures.retry.busy', { n: started })}
          busy={started !== undefined}
          onAction={() => void retryAll()}
          onClose={() => setAsking(false)}
        >
          <p>{t('failures.retry.text', { bucket })}</p>
        </Dialog>
      ) : null}
    </Screen>
  );
}

/** Calls until there is no more; each call starts a bounded number. Throws `ApiError`. */
async function reattemptAll(client: Client, tell: (started: number) => void): Promise<number> {
  let started = 0;
  let marker: string | undefined;
  do {
    const answer = await client.reattempt(marker === undefined ? {} : { marker });
    started += answer.started;
    tell(started);
    marker = answer.marker;
  } while (marker !== undefined);
  return started;
}

function Nothing({ whole }: { readonly whole: boolean }): JSX.Element {
  const { t } = useTelling();
  if (!whole) return <p class="banner">{t('failures.none.here')}</p>;
  return (
    <section class="empty card">
      <Icon name="check" />
      <h2>{t('failures.none.title')}</h2>
      <p>{t('failures.none.text')}</p>
    </section>
  );
}
