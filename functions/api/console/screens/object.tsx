import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { reattempt } from './reattempt.ts';
import { useAct } from '../parts/act.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { TextField } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { go } from '../route.ts';
import { ObjectSteps } from './object-steps.tsx';

export function ObjectScreen({ query }: { readonly query: URLSearchParams }): JSX.Element {
  const { t } = useTelling();
  const key = query.get('key') ?? '';
  const versionId = query.get('versionId') ?? '';
  // If the same object is asked for again, it is read again.
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

/** A form that leads to an address of its own, so that the result can be kept and passed on. */
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
      <TextField
        label={t('object.key')}
        hint={t('object.key.hint')}
        class="mono"
        required
        autoComplete="off"
        value={key}
        onInput={setKey}
      />
      <TextField
        label={t('object.version')}
        hint={t('object.version.hint')}
        class="mono"
        autoComplete="off"
        value={versionId}
        onInput={(text) => setVersionId(text.trim())}
      />
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
  const { problem, act } = useAct();
  const { value, error, busy, reload } = useLoad(`${bucket} ${objectKey} ${versionId}`, () =>
    client.objectStatus(objectKey, versionId === '' ? undefined : versionId),
  );
  const open = value?.destinations.some(({ state }) => state === 'PENDING' || state === 'FAILED') ?? false;
  useLive(reload, open);
  const retry = () =>
    act(async () => {
      announce(await reattempt(client, objectKey, t));
      await reload();
    });
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
