import type { ComponentChildren, JSX } from 'preact';
import type { DestinationStatus, ObjectStatus, RuleVerdict } from '../../schemas.ts';
import { Cause, SkipReason } from '../parts/cause.tsx';
import { useTelling } from '../parts/context.ts';
import { Fact } from '../parts/fact.tsx';
import { Icon } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import { Sign, WorkState } from '../parts/state.tsx';
import { ahead, duration, moment } from '../parts/time.ts';
import { isText } from '../text/index.ts';
import { ObjectStacks } from './object-stacks.tsx';

/** Most rules that do not cover the version and are shown; the others are only counted. */
const SHOWN = 10;

/** Why a version is replicated or not, step by step: the version, the rules for its key, and each destination. */
export function ObjectSteps({ status }: { readonly status: ObjectStatus }): JSX.Element {
  const { t } = useTelling();
  const { rules, destinations, measuredAt } = status;
  const covering = rules.filter(({ matched }) => matched);
  const others = rules.filter(({ matched }) => !matched);
  return (
    <ol class="path">
      <Step title={t('object.step.source')}>
        <SourceFacts status={status} />
      </Step>
      <Step title={t('object.step.rules')}>
        {rules.length === 0 ? <p>{t('object.rules.none')}</p> : null}
        <ul class="verdicts">
          {[...covering, ...others.slice(0, SHOWN)].map((verdict) => (
            <Rule key={verdict.id} verdict={verdict} />
          ))}
        </ul>
        {others.length > SHOWN ? <p class="fine">{t('object.rules.more', { n: others.length - SHOWN })}</p> : null}
      </Step>
      <Step title={t('object.step.destinations')}>
        {destinations.length === 0 ? <p>{t('object.nowhere')}</p> : null}
        <div class="cards">
          {destinations.map((destination) => (
            <Destination key={destination.destination} status={destination} measuredAt={measuredAt} />
          ))}
        </div>
      </Step>
      {status.stacks === undefined ? null : (
        <Step title={t('object.step.stacks')}>
          <ObjectStacks stacks={status.stacks} objectKey={status.key} versionId={status.versionId} />
        </Step>
      )}
    </ol>
  );
}

function Step({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <li class="path-step">
      <h2>{title}</h2>
      {children}
    </li>
  );
}

function SourceFacts({ status }: { readonly status: ObjectStatus }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { bucket, key, versionId, deleteMarker, current, lastModified, role, replicaOf } = status;
  return (
    <div class="card">
      <p class="object-name">
        <Name text={key} />
      </p>
      <p>
        {t(deleteMarker ? 'object.is.marker' : 'object.is.version')}
        {' · '}
        {t(current ? 'object.current' : 'object.older')}
      </p>
      <p>
        {t(`object.role.${role}`)}{' '}
        {replicaOf === undefined ? null : <Name text={t('object.role.replica.of', { of: replicaOf })} plain />}
      </p>
      <dl class="facts">
        <Fact term={t('app.bucket')}>{bucket}</Fact>
        <Fact term={t('object.written')}>{moment(telling, lastModified)}</Fact>
        <Fact term={t('object.versionid')}>
          <Name text={versionId} />
        </Fact>
      </dl>
    </div>
  );
}

function Rule({ verdict: { id, destination, matched, reason } }: { readonly verdict: RuleVerdict }): JSX.Element {
  const { t } = useTelling();
  const key = `object.rule.${reason ?? 'matched'}`;
  return (
    <li>
      <Sign tone={matched ? 'good' : 'quiet'} icon={matched ? 'check' : 'skip'}>
        <Name text={id} plain />
      </Sign>{' '}
      <span class="fine">→ {destination}</span>
      <br />
      <span>{isText(key) ? t(key) : t('object.rule.unknown', { code: reason ?? '' })}</span>
    </li>
  );
}

interface DestinationProps {
  readonly status: DestinationStatus;
  readonly measuredAt: string;
}

function Destination({ status, measuredAt }: DestinationProps): JSX.Element {
  return (
    <section class={`card state-${status.state.toLowerCase()}`}>
      <h3 class="card-title">
        <Name text={status.destination} plain />
        <WorkState state={status.state} />
      </h3>
      {status.state === 'COMPLETED' ? <Completed status={status} /> : null}
      {status.state === 'SKIPPED' ? <SkipReason reason={status.reason} /> : null}
      {status.state === 'PENDING' || status.state === 'FAILED' ? (
        <Open status={status} measuredAt={measuredAt} />
      ) : null}
    </section>
  );
}

function Completed({ status }: { readonly status: DestinationStatus & { readonly state: 'COMPLETED' } }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  return (
    <>
      <Shown shown={status.currentAtDestination} />
      {status.tags === undefined ? null : (
        <p class="banner warn">
          <Icon name="warn" /> <span>{t(status.tags === 'differ' ? 'object.tags.differ' : 'object.tags.unknown')}</span>
        </p>
      )}
      <dl class="facts">
        <Fact term={t('object.lag')}>{duration(telling, status.lagMs)}</Fact>
        <Fact term={t('object.replica')}>
          <Name text={status.replicaVersionId} />
        </Fact>
      </dl>
    </>
  );
}

/** Undefined when the version is not the current one, so the destination need not show it. */
function Shown({ shown }: { readonly shown: boolean | undefined }): JSX.Element | null {
  const { t } = useTelling();
  if (shown === undefined) return null;
  if (shown) return <p>{t('object.shown')}</p>;
  return (
    <p class="banner warn">
      <Icon name="warn" /> <span>{t('object.hidden')}</span>
    </p>
  );
}

interface OpenProps {
  readonly status: DestinationStatus & { readonly state: 'PENDING' | 'FAILED' };
  readonly measuredAt: string;
}

function Open({ status, measuredAt }: OpenProps): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { cause, attempts, nextTry, ageMs, error, replicaVersionId, currentAtDestination } = status;
  return (
    <>
      <p>
        <Cause code={cause} />
      </p>
      {error === undefined ? null : (
        <p>
          <Name text={t('object.error', { code: error })} plain />
        </p>
      )}
      {replicaVersionId === undefined ? null : <p>{t('object.open')}</p>}
      <Shown shown={currentAtDestination} />
      <dl class="facts">
        <Fact term={t('object.tries')}>{attempts}</Fact>
        {nextTry === undefined ? null : <Fact term={t('object.next')}>{ahead(telling, nextTry, measuredAt)}</Fact>}
        <Fact term={t('object.age')}>{duration(telling, ageMs)}</Fact>
        {replicaVersionId === undefined ? null : (
          <Fact term={t('object.replica')}>
            <Name text={replicaVersionId} />
          </Fact>
        )}
      </dl>
    </>
  );
}
