import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Client } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import type { Verified } from '../../verify-schemas.ts';
import { useAct } from '../parts/act.ts';
import { useSession, useTelling } from '../parts/context.ts';
import { CheckField, TextField } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { useLive, useLoad } from '../parts/load.ts';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { VerifyResult } from './verify-result.tsx';

/** The answer to "is it safe to switch over now?", found by comparing both sides, and the list of differences. */
export function VerifyScreen(): JSX.Element {
  const { t } = useTelling();
  const { client, bucket, mayWrite } = useSession();
  /** IDs of the comparisons that this screen began, by bucket: others may begin newer ones. */
  const begun = useRef<Record<string, string>>({});
  const last = useLoad(bucket, () => comparison(client, begun.current[bucket]));
  const [pages, setPages] = useState<readonly Verified[]>([]);
  const { busy, problem, act } = useAct();
  const value = last.value ?? undefined;
  useLive(last.reload, value?.state === 'running');
  const begin = (prefix: string, deep: boolean) =>
    act(async () => {
      setPages([]);
      begun.current[bucket] = (await client.verify({ deep, ...(prefix === '' ? {} : { prefix }) })).id;
      await last.reload();
    });
  const shown = value === undefined ? [] : [value, ...pages.filter(({ id }) => id === value.id)];
  const marker = shown.at(-1)?.marker;
  const showMore = () =>
    act(async () => {
      if (value === undefined || marker === undefined) return;
      const page = await client.verification(value.id, marker);
      setPages((before) => [...before, page]);
    });
  return (
    <Screen title={t('verify.title')} lead={t('verify.lead')}>
      {mayWrite ? <Question busy={busy || value?.state === 'running'} onBegin={(...of) => void begin(...of)} /> : null}
      {last.error === undefined ? null : <Problem error={last.error} onRetry={() => void last.reload()} />}
      {problem === undefined ? null : <Problem error={problem} />}
      {busy || (last.value === undefined && last.error === undefined) ? <Busy /> : null}
      {last.value === null && !busy ? <None /> : null}
      {value === undefined ? null : (
        <>
          <VerifyResult value={value} list={shown.flatMap(({ list }) => list)} />
          {marker === undefined ? null : (
            <button type="button" class="button" disabled={busy} onClick={() => void showMore()}>
              {t('do.more')}
            </button>
          )}
          <MeasuredAt time={value.measuredAt} live={value.state === 'running'} />
        </>
      )}
    </Screen>
  );
}

/** The comparison with this ID, without one the newest; null when there was none yet. Throws `ApiError`. */
async function comparison(client: Client, id: string | undefined): Promise<Verified | null> {
  try {
    return await client.verification(id);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NoSuchVerification') return null;
    throw error;
  }
}

function Question({
  busy,
  onBegin,
}: {
  readonly busy: boolean;
  readonly onBegin: (prefix: string, deep: boolean) => void;
}): JSX.Element {
  const { t } = useTelling();
  const [prefix, setPrefix] = useState('');
  const [deep, setDeep] = useState(false);
  return (
    <form
      class="card find"
      onSubmit={(event) => {
        event.preventDefault();
        onBegin(prefix, deep);
      }}
    >
      <TextField label={t('verify.prefix')} class="mono" autoComplete="off" value={prefix} onInput={setPrefix} />
      <CheckField label={t('verify.deep')} hint={t('verify.deep.hint')} checked={deep} onChange={setDeep} />
      <button type="submit" class="button primary" disabled={busy}>
        <Icon name="shield" /> {t('verify.do')}
      </button>
    </form>
  );
}

function None(): JSX.Element {
  const { t } = useTelling();
  return (
    <section class="empty card">
      <Icon name="shield" />
      <h2>{t('verify.none.title')}</h2>
      <p>{t('verify.none.text')}</p>
    </section>
  );
}
