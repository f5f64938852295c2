import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { nameText } from '../parts/name.tsx';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { go } from '../route.ts';
import { ObjectSteps } from './object-steps.tsx';

export function ObjectScreen({ query }: { readonly query: URLSearchParams }): JSX.Element {
  const { t } = useTelling();
  const key = query.get('key') ?? '';
  const versionId = query.get('versionId') ?? '';
  // Asked again with the same words, it is looked at again.
  const [times, setTimes] = useState(0);
  return (
    <Screen title={t('object.title')} lead={t('object.lead')}>
      <Question key={`${key}\n${versionId}`} first={key} firstVersion={versionId} onAsk={() => setTimes(times + 1)} />
      {key === '' ? null : <Answer key={`${times} ${key}\n${versionId}`} objectKey={key} versionId={versionId} />}
    </Screen>
  );
}

interface QuestionProps {
  readonly first: string;
  readonly firstVersion: string;
  readonly onAsk: () => void;
}

/** A form that leads to an address of its own, so that what was found can be kept and sent on. */
function Question({ first, firstVersion, onAsk }: QuestionProps): JSX.Element {
  const { t } = useTelling();
  const [key, setKey] = useState(first);
  const [versionId, setVersionId] = useState(firstVersion);
  const ask = (event: Event) => {
    event.preventDefault();
    if (key === '') return;
    go('object', { key, ...(versionId === '' ? {} : { versionId }) });
    onAsk();
  };
  return (
    <form class="card find" onSubmit={ask}>
      <Field label={t('object.key')} hint={t('object.key.hint')}>
        {(described) => (
          <input
            {...described}
            type="text"
            class="mono"
            required
            spellcheck={false}
            autoComplete="off"
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        )}
      </Field>
      <Field label={t('object.version')} hint={t('object.version.hint')}>
        {(described) => (
          <input
            {...described}
            type="text"
            class="mono"
            spellcheck={false}
            autoComplete="off"
            value={versionId}
            onInput={({ currentTarget }) => setVersionId(currentTarget.value.trim())}
          />
        )}
      </Field>
      <button type="submit" class="button primary">
        <Icon name="search" /> {t('object.find')}
      </button>
    </form>
  );
}

interface AnswerProps {
  readonly objectKey: string;
  readonly versionId: string;
}

function Answer({ objectKey, versionId }: AnswerProps): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, mayWrite, announce } = useSession();
  const [problem, setProblem] = useState<ApiError>();
  const { value, error, busy, reload } = useLoad(`${bucket} ${objectKey} ${versionId}`, () =>
    client.objectStatus(objectKey, versionId === '' ? undefined : versionId),
  );
  const open = value?.destinations.some(({ state }) => state === 'PENDING' || state === 'FAILED') ?? false;
  useLive(reload, open);
  const retry = async () => {
    setProblem(undefined);
    try {
      const { outOfScope, notFound } = await client.reattempt({ keys: [objectKey] });
      const name = nameText(objectKey);
      if (outOfScope.length > 0) announce(t('failures.retry.scope', { key: name }));
      else if (notFound.length > 0) announce(t('failures.retry.missing', { key: name }));
      else announce(t('object.retry.started'));
      await reload();
    } catch (thrown) {
      setProblem(asApiError(thrown));
    }
  };
  return (
    <div class="answer">
      {error === undefined ? null : <Problem error={error} onRetry={() => void reload()} />}
      {problem === undefined ? null : <Problem error={problem} />}
      {value === undefined && error === undefined ? <Busy text={t('object.finding')} /> : null}
      {value === undefined ? null : (
        <>
          <ObjectSteps status={value} />
          <div class="actions answer-actions">
            <button type="button" class="button" disabled={busy} onClick={() => void reload()}>
              <Icon name="retry" /> {t('do.refresh')}
            </button>
            {mayWrite && open ? (
              <button type="button" class="button primary" onClick={() => void retry()}>
                {t('do.retry')}
              </button>
            ) : null}
            <MeasuredAt time={value.measuredAt} live={open} />
          </div>
        </>
      )}
    </div>
  );
}
