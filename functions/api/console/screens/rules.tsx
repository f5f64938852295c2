import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DestinationState } from '../../scan-schemas.ts';
import type { XmlElement } from '../client/xml.ts';
import { useAct } from '../parts/act.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { useLoad } from '../parts/load.ts';
import { nameText } from '../parts/name.tsx';
import { Problem } from '../parts/problem.tsx';
import { Busy, Screen } from '../parts/screen.tsx';
import { moment } from '../parts/time.ts';
import { hrefOf } from '../route.ts';
import { changeRules, loadRules } from '../rules/change.ts';
import type { Loaded, Outcome } from '../rules/change.ts';
import { Conflict } from '../rules/conflict.tsx';
import { idOf, writeDocument } from '../rules/document.ts';
import type { Change } from '../rules/document.ts';
import { readFields } from '../rules/fields.ts';
import { AskFirst } from '../rules/ask-first.tsx';
import type { Deed } from '../rules/ask-first.tsx';
import { RuleRow } from '../rules/rule-row.tsx';

/** Rules drawn at once; a document may hold a thousand. */
const PAGE = 50;
/** Number of rules from which on a filter helps. */
const FILTER_FROM = 8;

export function Rules(): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { client, bucket, mayWrite, announce } = useSession();
  const loading = useLoad(bucket, () => loadRules(client));
  const [newer, setNewer] = useState<Loaded>();
  const [asked, setAsked] = useState<{ deed: Deed; rule: XmlElement }>();
  const [conflict, setConflict] = useState<{ outcome: Outcome; change: Change }>();
  const { busy, problem, act, forget } = useAct();
  // The list is shown without it too.
  const status = useLoad(`${bucket} status`, () => client.bucketStatus());
  const loaded = newer ?? loading.value;

  const make = async (change: Change, from: Loaded) => {
    await act(async () => {
      setConflict(undefined);
      const outcome = await changeRules(client, from, change);
      setNewer(outcome.loaded);
      if (outcome.kind === 'stored') announce(t(`rules.done.${change.kind}`, { id: subject(change) }));
      else setConflict({ outcome, change });
    });
    setAsked(undefined);
  };
  const steer = async (deed: 'pause' | 'resume', rule: string) => {
    await act(async () => {
      await client.steerScan(deed, { rule });
      announce(t(`rules.done.${deed}`, { id: nameText(rule) }));
      await status.reload();
    });
    setAsked(undefined);
  };
  const reload = () => {
    setNewer(undefined);
    forget();
    void Promise.all([loading.reload(), status.reload()]);
  };
  const standing = new Map(status.value?.destinations.map((one) => [one.destination, one]));

  const rules = loaded?.document?.rules ?? [];
  return (
    <Screen
      title={t('rules.title')}
      lead={
        loaded === undefined || rules.length === 0 ? undefined : (
          <>
            {t('rules.count', { n: rules.length })}
            {loaded.storedAt === undefined ? '' : ` · ${t('rules.stored', { time: moment(telling, loaded.storedAt) })}`}
          </>
        )
      }
      actions={
        <>
          <button type="button" class="button" disabled={loading.busy} onClick={reload}>
            <Icon name="retry" /> {t('do.refresh')}
          </button>
          {mayWrite && rules.length > 0 ? (
            <a class="button primary" href={hrefOf('rules/new')}>
              <Icon name="plus" /> {t('rules.add')}
            </a>
          ) : null}
        </>
      }
    >
      {loading.error === undefined ? null : <Problem error={loading.error} onRetry={reload} />}
      {problem === undefined ? null : <Problem error={problem} />}
      {loaded === undefined ? loading.error === undefined ? <Busy /> : null : null}
      {loaded !== undefined && rules.length === 0 ? <NoRules /> : null}
      {rules.length === 0 ? null : (
        <List rules={rules} standing={standing} onAsk={(deed, rule) => setAsked({ deed, rule })} mayWrite={mayWrite} />
      )}
      {loaded?.document === undefined ? null : (
        <details class="xml">
          <summary>{t('rules.xml')}</summary>
          <pre tabIndex={0} lang="en">
            {writeDocument(loaded.document, { indent: true })}
          </pre>
        </details>
      )}
      {asked === undefined || loaded?.document === undefined ? null : (
        <AskFirst
          deed={asked.deed}
          rule={asked.rule}
          document={loaded.document}
          last={rules.length === 1}
          busy={busy}
          onClose={() => setAsked(undefined)}
          onChange={(change) => void make(change, loaded)}
          onSteer={(deed) => void steer(deed, idOf(asked.rule))}
        />
      )}
      {conflict === undefined || loaded === undefined ? null : (
        <Conflict
          outcome={conflict.outcome}
          busy={busy}
          onRepeat={() => void make(conflict.change, loaded)}
          onClose={() => setConflict(undefined)}
        />
      )}
    </Screen>
  );
}

const subject = (change: Change): string => (change.kind === 'add' ? '' : nameText(change.id));

function NoRules(): JSX.Element {
  const { t } = useTelling();
  const { mayWrite } = useSession();
  return (
    <section class="empty card">
      <Icon name="list" />
      <h2>{t('rules.empty.title')}</h2>
      <p>{t('rules.empty.text')}</p>
      {mayWrite ? (
        <a class="button primary" href={hrefOf('rules/new')}>
          <Icon name="plus" /> {t('rules.add')}
        </a>
      ) : null}
    </section>
  );
}

interface ListProps {
  readonly rules: readonly XmlElement[];
  /** State of each destination (`bucket-appid@region`). */
  readonly standing: ReadonlyMap<string, DestinationState>;
  readonly mayWrite: boolean;
  readonly onAsk: (deed: Deed, rule: XmlElement) => void;
}

function List({ rules, standing, mayWrite, onAsk }: ListProps): JSX.Element {
  const { t } = useTelling();
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState(PAGE);
  const wanted = filter.trim().toLowerCase();
  const found = wanted === '' ? rules : rules.filter((rule) => textOf(rule).includes(wanted));
  return (
    <>
      {rules.length < FILTER_FROM ? null : (
        <input
          class="filter"
          type="search"
          aria-label={t('rules.filter')}
          placeholder={t('rules.filter')}
          value={filter}
          onInput={({ currentTarget }) => {
            setFilter(currentTarget.value);
            setShown(PAGE);
          }}
        />
      )}
      <p class="sr-only" role="status">
        {t('rules.count', { n: found.length })}
      </p>
      {found.length === 0 ? <p class="banner">{t('rules.filter.none', { text: filter })}</p> : null}
      <ul class="rules">
        {found.slice(0, shown).map((rule) => (
          <RuleRow
            key={idOf(rule)}
            rule={rule}
            standing={standing.get(placeOf(rule))}
            mayWrite={mayWrite}
            onAsk={onAsk}
          />
        ))}
      </ul>
      {found.length > shown ? (
        <button type="button" class="button" onClick={() => setShown(shown + PAGE)}>
          {t('do.more')} ({found.length - shown})
        </button>
      ) : null}
    </>
  );
}

function placeOf(rule: XmlElement): string {
  const { bucket, region } = readFields(rule);
  return `${bucket}@${region}`;
}

function textOf(rule: XmlElement): string {
  const { id, prefix, bucket, region } = readFields(rule);
  return [id, prefix, bucket, region].join('\n').toLowerCase();
}
