import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failures as Page } from '../../schemas.ts';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';
import type { Client } from '../client/client.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { nameText } from '../parts/name.tsx';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { FailureTable } from './failure-table.tsx';

const FILTERS = ['all', 'failed', 'pending'] as const;
type Filter = (typeof FILTERS)[number];
const STATES = { all: undefined, failed: 'FAILED', pending: 'PENDING' } as const;

/** Pages that are shown after the first one. */
interface More {
  readonly pages: readonly Page[];
  readonly busy: boolean;
}

export function Failures(): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, mayWrite, announce } = useSession();
  const [filter, setFilter] = useState<Filter>('all');
  const [more, setMore] = useState<More>({ pages: [], busy: false });
  const [problem, setProblem] = useState<ApiError>();
  const [asking, setAsking] = useState(false);
  const [started, setStarted] = useState<number>();
  const state = STATES[filter];
  const first = useLoad(`${bucket} ${filter}`, () => client.failures(state === undefined ? {} : { state }));
  // With further pages on the screen nothing moves by itself under the eyes of who reads them.
  useLive(first.reload, more.pages.length === 0);

  const pages = first.value === undefined ? [] : [first.value, ...more.pages];
  const items = pages.flatMap((page) => page.items);
  const last = pages.at(-1);

  const reload = () => {
    setMore({ pages: [], busy: false });
    setProblem(undefined);
    void first.reload();
  };
  const guarded = async (work: () => Promise<void>) => {
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(asApiError(error));
    }
  };
  const showMore = () =>
    guarded(async () => {
      const marker = last?.marker;
      if (marker === undefined) return;
      setMore(({ pages: shown }) => ({ pages: shown, busy: true }));
      try {
        const page = await client.failures({ marker, ...(state === undefined ? {} : { state }) });
        setMore(({ pages: shown }) => ({ pages: [...shown, page], busy: false }));
      } catch (error) {
        setMore(({ pages: shown }) => ({ pages: shown, busy: false }));
        throw error;
      }
    });
  const retryOne = (key: string) =>
    guarded(async () => {
      const { outOfScope, notFound } = await client.reattempt({ keys: [key] });
      const name = nameText(key);
      if (outOfScope.length > 0) announce(t('failures.retry.scope', { key: name }));
      else if (notFound.length > 0) announce(t('failures.retry.missing', { key: name }));
      else announce(t('failures.retry.done', { n: 1 }));
      await first.reload();
    });
  const retryAll = () =>
    guarded(async () => {
      setStarted(0);
      try {
        announce(t('failures.retry.done', { n: await reattemptAll(client, setStarted) }));
        reload();
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
          <button type="button" class="button" disabled={first.busy} onClick={reload}>
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
                setMore({ pages: [], busy: false });
                setFilter(name);
              }}
            >
              {t(`failures.${name}`)}
            </button>
          ))}
        </div>
        {first.value === undefined ? null : (
          <span class="fine">
            {t(last?.marker === undefined ? 'failures.shown' : 'failures.shown.more', { n: items.length })}
          </span>
        )}
      </div>
      {first.error === undefined ? null : <Problem error={first.error} onRetry={reload} />}
      {problem === undefined ? null : <Problem error={problem} />}
      {(last?.unreadable ?? 0) > 0 ? (
        <p class="banner warn">{t('failures.unreadable', { n: last?.unreadable ?? 0 })}</p>
      ) : null}
      {first.value === undefined && first.error === undefined ? <Busy /> : null}
      {first.value !== undefined && items.length === 0 ? (
        <Nothing whole={filter === 'all' && last?.marker === undefined} />
      ) : null}
      {items.length === 0 ? null : (
        <FailureTable pages={pages} onRetry={mayWrite ? (key) => void retryOne(key) : undefined} />
      )}
      {last?.marker === undefined ? null : (
        <button type="button" class="button" disabled={more.busy} onClick={() => void showMore()}>
          {t(more.busy ? 'is.loading' : 'do.more')}
        </button>
      )}
      {first.value === undefined ? null : <MeasuredAt time={first.value.measuredAt} live={more.pages.length === 0} />}
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
