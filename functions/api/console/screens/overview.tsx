import type { JSX } from 'preact';
import type { Deployment, Failures } from '../../schemas.ts';
import type { Client } from '../client/client.ts';
import { offers, useSession, useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import type { IconName } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { Sign } from '../parts/state.tsx';
import type { Tone } from '../parts/state.tsx';
import { duration } from '../parts/time.ts';
import { hrefOf } from '../route.ts';
import { loadRules } from '../rules/change.ts';
import { readFields } from '../rules/fields.ts';
import type { RuleFields } from '../rules/fields.ts';

type ListedBucket = Deployment['sources'][number];

interface Setup {
  readonly rules: readonly RuleFields[];
  readonly failed: Failures;
  readonly deployment: Deployment;
}

interface Seen extends Setup {
  readonly work: Failures;
  readonly counts: { readonly failed: number; readonly pending: number; readonly enabled: number };
}

async function lookAtSetup(client: Client): Promise<Setup> {
  const [{ document }, failed, deployment] = await Promise.all([
    loadRules(client),
    client.failures({ state: 'FAILED' }),
    client.deployment(),
  ]);
  return { rules: document?.rules.map(readFields) ?? [], failed, deployment };
}

export function Overview(): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, deployment } = useSession();
  const setup = useLoad(bucket, () => lookAtSetup(client));
  const work = useLoad(bucket, () => client.failures({}));
  // One request each time, however long the screen stays open.
  useLive(work.reload);
  const reload = () => void Promise.all([setup.reload(), work.reload()]);
  const error = setup.error ?? work.error;
  return (
    <Screen
      title={t('overview.title')}
      actions={
        <button type="button" class="button" disabled={setup.busy || work.busy} onClick={reload}>
          <Icon name="retry" /> {t('do.refresh')}
        </button>
      }
    >
      {error === undefined ? null : <Problem error={error} onRetry={reload} />}
      {setup.value !== undefined && work.value !== undefined ? (
        <Content seen={seenFrom(setup.value, work.value)} />
      ) : error === undefined ? (
        <Busy />
      ) : null}
      {offers(deployment, 'replicationStatus', 'bucket') ? null : <Absent />}
    </Screen>
  );
}

function seenFrom(setup: Setup, work: Failures): Seen {
  const failed = work.items.filter(({ state }) => state === 'FAILED').length;
  const counts = {
    // What failed may stand behind a page of what only waits.
    failed: work.marker === undefined ? failed : Math.max(failed, setup.failed.items.length),
    pending: work.items.length - failed,
    enabled: setup.rules.filter((rule) => rule.enabled).length,
  };
  return { ...setup, work, counts };
}

function Content({ seen }: { readonly seen: Seen }): JSX.Element {
  const { t } = useTelling();
  const { rules, work, counts } = seen;
  const least = work.marker !== undefined;
  return (
    <>
      {rules.length === 0 ? <Empty /> : <Verdict seen={seen} />}
      <MeasuredAt time={work.measuredAt} live />
      <div class="tiles">
        <Tile title={t('overview.rules')} href={hrefOf('rules')}>
          <Figure value={counts.enabled} word={t('overview.rules.enabled')} />
          <Figure value={rules.length - counts.enabled} word={t('overview.rules.disabled')} />
        </Tile>
        <Tile title={t('overview.work')} href={hrefOf('failures')}>
          <Figure value={counts.failed} word={t('overview.work.failed')} least={least && counts.failed > 0} />
          <Figure value={counts.pending} word={t('overview.work.pending')} least={least} />
          {work.items.length === 0 ? null : <Age ms={Math.max(...work.items.map(({ ageMs }) => ageMs))} />}
        </Tile>
      </div>
      <Buckets seen={seen} />
    </>
  );
}

function Age({ ms }: { readonly ms: number }): JSX.Element {
  const telling = useTelling();
  return (
    <p class="figure">
      <strong>{duration(telling, ms)}</strong> <span>{telling.t('overview.oldest')}</span>
    </p>
  );
}

function Empty(): JSX.Element {
  const { t } = useTelling();
  const { bucket, mayWrite } = useSession();
  return (
    <section class="empty card">
      <Icon name="logo" />
      <h2>{t('overview.empty.title')}</h2>
      <p>{t('overview.empty.text', { bucket })}</p>
      {mayWrite ? (
        <a class="button primary" href={hrefOf('rules/new')}>
          <Icon name="plus" /> {t('overview.empty.do')}
        </a>
      ) : null}
    </section>
  );
}

interface Judged {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  /** Whether the failures say more. */
  readonly failures?: true;
}

/** The one thing that matters most now, in words. */
function judge({ t }: Telling, seen: Seen, source: string): Judged {
  const { counts, work, deployment, rules } = seen;
  const more = work.marker !== undefined;
  const used = new Set([source, ...rules.filter((rule) => rule.enabled).map((rule) => rule.bucket)]);
  const unversioned = [...deployment.sources, ...deployment.destinations].find(
    ({ bucket, versioning }) => used.has(bucket) && (versioning === 'Suspended' || versioning === 'Disabled'),
  );
  if (unversioned !== undefined) {
    const text = t('overview.versioning.off.text', { bucket: unversioned.bucket });
    return { tone: 'bad', icon: 'cross', title: t('overview.versioning.off'), text };
  }
  if (counts.failed > 0) {
    const title = t(more ? 'overview.failed.least' : 'overview.failed', { n: counts.failed });
    return { tone: 'bad', icon: 'cross', title, text: t('overview.failed.text'), failures: true };
  }
  if (counts.enabled === 0) {
    return { tone: 'quiet', icon: 'pause', title: t('overview.disabled'), text: t('overview.disabled.text') };
  }
  if (counts.pending > 0 || more || work.unreadable > 0) {
    const title = t(more ? 'overview.pending.least' : 'overview.pending', { n: counts.pending });
    return { tone: 'busy', icon: 'clock', title, text: t('overview.pending.text'), failures: true };
  }
  return { tone: 'good', icon: 'check', title: t('overview.ok'), text: t('overview.ok.text') };
}

function Verdict({ seen }: { readonly seen: Seen }): JSX.Element {
  const telling = useTelling();
  const { bucket } = useSession();
  const { tone, icon, title, text, failures } = judge(telling, seen, bucket);
  return (
    <section class={`verdict ${tone}`}>
      <Icon name={icon} />
      <div>
        <h2>{title}</h2>
        <p>
          {text} {failures === true ? <a href={hrefOf('failures')}>{telling.t('nav.failures')}</a> : null}
        </p>
      </div>
    </section>
  );
}

function Tile({
  title,
  href,
  children,
}: {
  title: string;
  href: string;
  children: preact.ComponentChildren;
}): JSX.Element {
  return (
    <section class="card tile">
      <h2>
        <a href={href}>{title}</a>
      </h2>
      <div class="figures">{children}</div>
    </section>
  );
}

function Figure({ value, word, least = false }: { value: number; word: string; least?: boolean }): JSX.Element {
  const { t } = useTelling();
  return (
    <p class="figure">
      <strong>{t(least ? 'overview.atleast' : 'overview.exactly', { n: value })}</strong> <span>{word}</span>
    </p>
  );
}

function Buckets({ seen: { deployment, rules } }: { readonly seen: Seen }): JSX.Element {
  const { t } = useTelling();
  const { bucket } = useSession();
  const used = new Set(rules.map((rule) => rule.bucket));
  const source = deployment.sources.filter((place) => place.bucket === bucket);
  const others = deployment.destinations.filter((place) => place.bucket !== bucket);
  return (
    <section class="card">
      <h2>{t('overview.buckets')}</h2>
      <table class="table stack" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              {t('overview.bucket')}
            </th>
            <th scope="col" role="columnheader">
              {t('overview.region')}
            </th>
            <th scope="col" role="columnheader">
              {t('overview.role')}
            </th>
            <th scope="col" role="columnheader">
              {t('overview.versioning')}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {source.map((place) => (
            <BucketRow key={place.bucket} place={place} role={t('overview.role.source')} />
          ))}
          {others.map((place) => (
            <BucketRow
              key={place.bucket}
              place={place}
              role={t(used.has(place.bucket) ? 'overview.role.destination' : 'overview.role.destination.unused')}
            />
          ))}
        </tbody>
      </table>
      <p class="fine">{t('overview.storage')}</p>
    </section>
  );
}

function BucketRow({ place, role }: { readonly place: ListedBucket; readonly role: string }): JSX.Element {
  const { t } = useTelling();
  const { bucket, region, versioning, cause } = place;
  const good = versioning === 'Enabled';
  return (
    <tr role="row">
      <th scope="row" role="rowheader" class="mono">
        {bucket}
      </th>
      <td role="cell" data-label={t('overview.region')}>
        {region}
      </td>
      <td role="cell" data-label={t('overview.role')}>
        {role}
      </td>
      <td role="cell" data-label={t('overview.versioning')}>
        <Sign
          tone={good ? 'good' : versioning === 'unknown' ? 'warn' : 'bad'}
          icon={good ? 'check' : versioning === 'unknown' ? 'warn' : 'cross'}
        >
          {t(`versioning.${versioning}`)}
          {cause === undefined ? null : ` (${cause})`}
        </Sign>
      </td>
    </tr>
  );
}

/** What the contract has and this deployment does not: said, and not left out in silence. */
function Absent(): JSX.Element {
  const { t } = useTelling();
  return (
    <section class="card absent">
      <h2>{t('overview.absent.title')}</h2>
      <p>{t('overview.absent.text', { call: 'GET /?replicationStatus' })}</p>
    </section>
  );
}
