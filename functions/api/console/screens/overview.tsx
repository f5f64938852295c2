import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BucketStatus } from '../../scan-schemas.ts';
import type { Deployment } from '../../schemas.ts';
import type { Client } from '../client/client.ts';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';
import { useSession, useTelling } from '../parts/context.ts';
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
import { Destinations } from './destination-status.tsx';
import type { ScanDeed } from './scan-line.tsx';
import { loadRules } from '../rules/change.ts';
import { readFields } from '../rules/fields.ts';
import type { RuleFields } from '../rules/fields.ts';

type ListedBucket = Deployment['sources'][number];

interface Setup {
  readonly rules: readonly RuleFields[];
  readonly deployment: Deployment;
}

interface Seen extends Setup {
  readonly status: BucketStatus;
  readonly counts: Counts;
}

interface Counts {
  readonly failed: number;
  readonly pending: number;
  /** There is more than was counted. */
  readonly least: boolean;
  /** ms; null: nothing waits. */
  readonly oldest: number | null;
  readonly enabled: number;
}

async function lookAtSetup(client: Client): Promise<Setup> {
  const [{ document }, deployment] = await Promise.all([loadRules(client), client.deployment()]);
  return { rules: document?.rules.map(readFields) ?? [], deployment };
}

export function Overview(): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, mayWrite, announce } = useSession();
  const setup = useLoad(bucket, () => lookAtSetup(client));
  const status = useLoad(`${bucket} status`, () => client.bucketStatus());
  const [problem, setProblem] = useState<ApiError>();
  // One request each time, however long the screen stays open.
  useLive(status.reload);
  const reload = () => {
    setProblem(undefined);
    void Promise.all([setup.reload(), status.reload()]);
  };
  const error = setup.error ?? status.error ?? problem;
  const steer = async (deed: ScanDeed, destination: string) => {
    try {
      await client.steerScan(deed, destination);
      announce(t(`status.done.${deed}`));
      reload();
    } catch (thrown) {
      setProblem(asApiError(thrown));
    }
  };
  return (
    <Screen
      title={t('overview.title')}
      actions={
        <button type="button" class="button" disabled={setup.busy || status.busy} onClick={reload}>
          <Icon name="retry" /> {t('do.refresh')}
        </button>
      }
    >
      {error === undefined ? null : <Problem error={error} onRetry={reload} />}
      {setup.value !== undefined && status.value !== undefined ? (
        <Content seen={seenFrom(setup.value, status.value)}>
          <Destinations
            status={status.value}
            onDeed={mayWrite ? (deed, destination) => void steer(deed, destination) : undefined}
          />
        </Content>
      ) : error === undefined ? (
        <Busy />
      ) : null}
    </Screen>
  );
}

function seenFrom(setup: Setup, status: BucketStatus): Seen {
  const backlogs = status.destinations.map(({ backlog }) => backlog);
  const failed = backlogs.reduce((sum, backlog) => sum + backlog.failed, 0);
  const ages = backlogs.flatMap(({ oldestAgeMs }) => (oldestAgeMs === null ? [] : [oldestAgeMs]));
  const counts = {
    failed,
    pending: backlogs.reduce((sum, { keys }) => sum + keys, 0) - failed,
    least: backlogs.some(({ atLeast }) => atLeast),
    oldest: ages.length === 0 ? null : Math.max(...ages),
    enabled: setup.rules.filter((rule) => rule.enabled).length,
  };
  return { ...setup, status, counts };
}

function Content({ seen, children }: { readonly seen: Seen; readonly children: ComponentChildren }): JSX.Element {
  const { t } = useTelling();
  const { rules, status, counts } = seen;
  const { least } = counts;
  return (
    <>
      {rules.length === 0 ? <Empty /> : <Verdict seen={seen} />}
      <MeasuredAt time={status.measuredAt} live />
      <div class="tiles">
        <Tile title={t('overview.rules')} href={hrefOf('rules')}>
          <Figure value={counts.enabled} word={t('overview.rules.enabled')} />
          <Figure value={rules.length - counts.enabled} word={t('overview.rules.disabled')} />
        </Tile>
        <Tile title={t('overview.work')} href={hrefOf('failures')}>
          <Figure value={counts.failed} word={t('overview.work.failed')} least={least && counts.failed > 0} />
          <Figure value={counts.pending} word={t('overview.work.pending')} least={least} />
          {counts.oldest === null ? null : <Age ms={counts.oldest} />}
        </Tile>
      </div>
      {children}
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
  const { counts, deployment, rules } = seen;
  const more = counts.least;
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
  if (counts.pending > 0 || more) {
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
