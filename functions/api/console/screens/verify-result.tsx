import type { JSX } from 'preact';
import type { Verified } from '../../verify-schemas.ts';
import { Cause, SkipReason, skipText } from '../parts/cause.tsx';
import { useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { Name } from '../parts/name.tsx';
import { bytes } from '../parts/size.ts';
import { Sign } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { moment } from '../parts/time.ts';
import { Verdict } from '../parts/verdict.tsx';
import { hrefOf } from '../route.ts';
import { formatNumber, isText } from '../text/index.ts';
import type { TextKey } from '../text/index.ts';
import { HARMLESS } from './harmless.ts';

type Destination = Verified['destinations'][number];
type Item = Verified['list'][number];

export function VerifyResult({
  value,
  list,
}: {
  readonly value: Verified;
  readonly list: readonly Item[];
}): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const upTo = moment(telling, value.upTo);
  return (
    <>
      <Answer value={value} />
      <p class="fine measured">
        {value.prefix === '' ? (
          t('verify.about.all', { time: upTo })
        ) : (
          <Name text={t('verify.about', { prefix: value.prefix, time: upTo })} plain />
        )}{' '}
        {value.deep ? t('verify.deep.was') : ''}
      </p>
      {value.destinations.map((one) => (
        <One key={one.destination} one={one} />
      ))}
      {list.length === 0 ? null : <Differences list={list} />}
    </>
  );
}

function Answer({ value }: { readonly value: Verified }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { state, safe, cause, certainUpTo, upTo, destinations } = value;
  const time = moment(telling, certainUpTo ?? upTo);
  if (state === 'running') {
    const n = destinations.reduce((sum, { progress }) => sum + progress.keys, 0);
    return <Verdict tone="busy" icon="clock" title={t('verify.running')} text={t('verify.running.text', { n })} />;
  }
  if (state === 'stopped') {
    const text = cause === 'rules-changed' ? t('verify.stopped.text') : <Cause code={cause ?? ''} />;
    return <Verdict tone="quiet" icon="pause" title={t('verify.stopped')} text={text} />;
  }
  return safe === true ? (
    <Verdict tone="good" icon="check" title={t('verify.safe')} text={t('verify.safe.text', { time })} />
  ) : (
    <Verdict tone="bad" icon="cross" title={t('verify.unsafe')} text={t('verify.unsafe.text', { time })} />
  );
}

function kindText({ t }: Telling, about: 'kind' | 'todo', kind: string, n: number): string {
  const key = `verify.${about}.${kind}`;
  return isText(key) ? t(key, { n }) : `${kind}: ${n}`;
}

function One({ one }: { readonly one: Destination }): JSX.Element {
  const telling = useTelling();
  const { t, language } = telling;
  const { destination, equal, digests, source, replicas, differences, skipped, cause } = one;
  const sides = [
    ['verify.should', source, digests?.source],
    ['verify.is', replicas, digests?.destination],
  ] as const satisfies readonly (readonly [TextKey, Destination['source'], string | undefined])[];
  return (
    <section class="card">
      <h2 class="card-title">
        <Name text={destination} plain />
        {equal === true ? (
          <Sign tone="good" icon="check">
            {t('verify.equal')}
          </Sign>
        ) : null}
      </h2>
      {cause === undefined ? null : (
        <p>
          <Cause code={cause} />
        </p>
      )}
      <ul class="steps">
        {differences.map(({ kind, count }) => (
          <li key={kind}>
            <Sign tone={HARMLESS.has(kind) ? 'warn' : 'bad'} icon={HARMLESS.has(kind) ? 'warn' : 'cross'}>
              {kindText(telling, 'kind', kind, count)}
            </Sign>
            <p class="step-more">{kindText(telling, 'todo', kind, count)}</p>
          </li>
        ))}
        {skipped.map(({ reason, count }) => (
          <li key={reason}>
            <Sign tone="quiet" icon="skip">
              {t('verify.skipped', { n: count, reason: skipText(telling, reason) })}
            </Sign>
          </li>
        ))}
      </ul>
      <Table
        caption={destination}
        columns={(['side', 'versions', 'size', 'deleted', 'digest'] as const).map((name) => ({
          label: t(`verify.${name}`),
        }))}
        rows={sides.map(([name, side, digest]) => ({
          key: name,
          cells: [
            t(name),
            formatNumber(language, side.versions),
            bytes(language, side.bytes),
            formatNumber(language, side.deleteMarkers),
            digest === undefined ? '…' : <code title={digest}>{digest.slice(0, 16)}…</code>,
          ],
        }))}
      />
    </section>
  );
}

function Differences({ list }: { readonly list: readonly Item[] }): JSX.Element {
  const telling = useTelling();
  const { t, language } = telling;
  return (
    <div class="table-frame">
      <Table
        caption={t('verify.list')}
        columns={[
          { label: t('failures.key'), class: 'cell-key' },
          { label: t('verify.kind') },
          { label: t('failures.cause'), class: 'cell-cause' },
          { label: t('verify.size') },
        ]}
        rows={list.map(({ key, destination, kind, versionId, size, reason, cause }) => ({
          key: `${destination}\n${key}\n${kind}\n${versionId ?? ''}`,
          cells: [
            <>
              <a href={hrefOf('object', { key, ...(versionId === undefined ? {} : { versionId }) })}>
                <Name text={key} />
              </a>
              <span class="cell-to">→ {destination}</span>
            </>,
            kindText(telling, 'kind', kind, 1),
            cause !== undefined ? (
              <Cause code={cause} />
            ) : reason !== undefined ? (
              <SkipReason reason={reason} />
            ) : (
              kindText(telling, 'todo', kind, 1)
            ),
            size === undefined ? '' : bytes(language, size),
          ],
        }))}
      />
    </div>
  );
}
