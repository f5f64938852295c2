import type { ComponentChildren, JSX } from 'preact';
import type { Deployment } from '../../schemas.ts';
import type { Client } from '../client/client.ts';
import { useAct } from '../parts/act.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import type { IconName } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { keepSamples } from '../parts/samples.ts';
import { Sign } from '../parts/state.tsx';
import type { Tone } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { duration } from '../parts/time.ts';
import { Verdict } from '../parts/verdict.tsx';
import { hrefOf } from '../route.ts';
import { judge, seenFrom } from './judge.ts';
import type { Seen, Setup } from './judge.ts';
import { Destinations } from './destination-status.tsx';
import type { ScanDeed } from './scan-line.tsx';
import { loadRules } from '../rules/change.ts';
import { readFields } from '../rules/fields.ts';

type ListedBucket = Deployment['sources'][number];

async function lookAtSetup(client: Client): Promise<Setup> {
  const [{ document }, deployment] = await Promise.all([loadRules(client), client.deployment()]);
  return { rules: document?.rules.map(readFields) ?? [], deployment };
}

export function Overview(): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, mayWrite, announce } = useSession();
  const setup = useLoad(bucket, () => lookAtSetup(client));
  const status = useLoad(`${bucket} status`, () => client.bucketStatus());
  const { problem, act, forget } = useAct();
  // One request per refresh, however long the screen stays open.
  useLive(status.reload);
  const reload = () => {
    forget();
    void Promise.all([setup.reload(), status.reload()]);
  };
  const error = setup.error ?? status.error ?? problem;
  const steer = (deed: ScanDeed, destination: string) =>
    act(async () => {
      await client.steerScan(deed, { destination });
      announce(t(`status.done.${deed}`));
      reload();
    });
  if (status.value !== undefined) keepSamples(status.value);
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

function Content({ seen, children }: { readonly seen: Seen; readonly children: ComponentChildren }): JSX.Element {
  const { t } = useTelling();
  const { rules, status, counts } = seen;
  const { least } = counts;
  return (
    <>
      {rules.length === 0 ? <Empty /> : <Judgement seen={seen} />}
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

function Judgement({ seen }: { readonly seen: Seen }): JSX.Element {
  const telling = useTelling();
  const { bucket } = useSession();
  const { text, failures, ...judged } = judge(telling, seen, bucket);
  const link = failures === true ? <a href={hrefOf('failures')}>{telling.t('nav.failures')}</a> : null;
  return (
    <Verdict
      {...judged}
      text={
        <>
          {text} {link}
        </>
      }
    />
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
      <Table
        caption={t('overview.buckets')}
        columns={[
          { label: t('overview.bucket'), class: 'mono' },
          { label: t('overview.region') },
          { label: t('overview.role') },
          { label: t('overview.versioning') },
        ]}
        rows={[
          ...source.map((place) => bucketRow(place, t('overview.role.source'))),
          ...others.map((place) =>
            bucketRow(
              place,
              t(used.has(place.bucket) ? 'overview.role.destination' : 'overview.role.destination.unused'),
            ),
          ),
        ]}
      />
      <p class="fine">{t('overview.storage')}</p>
    </section>
  );
}

function bucketRow(place: ListedBucket, role: string): { key: string; cells: ComponentChildren[] } {
  const { bucket, region } = place;
  return { key: `${bucket}@${region}`, cells: [bucket, region, role, <Versioning key="v" place={place} />] };
}

function Versioning({ place: { versioning, cause } }: { readonly place: ListedBucket }): JSX.Element {
  const { t } = useTelling();
  const [tone, icon] = VERSIONING[versioning];
  return (
    <Sign tone={tone} icon={icon}>
      {t(`versioning.${versioning}`)}
      {cause === undefined ? null : ` (${cause})`}
    </Sign>
  );
}

const VERSIONING = {
  Enabled: ['good', 'check'],
  unknown: ['warn', 'warn'],
  Suspended: ['bad', 'cross'],
  Disabled: ['bad', 'cross'],
} as const satisfies Record<ListedBucket['versioning'], readonly [Tone, IconName]>;
