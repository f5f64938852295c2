import type { JSX, TargetedInputEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { SignedIn } from '../app.tsx';
import { createClient } from '../client/client.ts';
import { asApiError } from '../client/error.ts';
import type { ApiError } from '../client/error.ts';
import type { Address } from '../client/send.ts';
import { useTelling } from '../parts/context.ts';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { Screen } from '../parts/screen.tsx';

interface Props {
  readonly address: Address;
  readonly onSignIn: (signedIn: SignedIn) => void;
}

interface Entered {
  readonly secretId: string;
  readonly secretKey: string;
  readonly bucket: string;
}

/** CAM secret IDs begin like this; a pair of the local cloud does as well, and is welcome there. */
const CAM = /^AKID/;

export function SignIn({ address, onSignIn }: Props): JSX.Element {
  const { t } = useTelling();
  const [entered, setEntered] = useState<Entered>({ secretId: '', secretKey: '', bucket: '' });
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const enter = (name: keyof Entered) => ({
    value: entered[name],
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) =>
      setEntered((before) => ({ ...before, [name]: currentTarget.value.trim() })),
    autoComplete: 'off',
    autoCapitalize: 'off' as const,
    spellcheck: false,
  });
  const missing = (name: 'secretId' | 'secretKey') =>
    tried && entered[name] === '' ? [{ level: 'error' as const, text: t('signin.missing') }] : [];
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (entered.secretId === '' || entered.secretKey === '' || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      onSignIn(await signIn(address, entered));
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  const refused = error?.code === 'InvalidAccessKeyId' && CAM.test(entered.secretId);
  return (
    <div class="sign-in">
      <Screen title={t('signin.title')} lead={t('signin.lead')}>
        <form class="card form" onSubmit={(event) => void submit(event)} noValidate>
          <p class="banner warn">
            <Icon name="shield" /> <span>{t('signin.warning')}</span>
          </p>
          <Field label={t('signin.id')} remarks={missing('secretId')}>
            {(described) => <input {...described} {...enter('secretId')} type="text" required />}
          </Field>
          <Field label={t('signin.secret')} remarks={missing('secretKey')}>
            {(described) => <input {...described} {...enter('secretKey')} type="password" required />}
          </Field>
          <Field label={t('signin.bucket')} hint={t('signin.bucket.hint')}>
            {(described) => <input {...described} {...enter('bucket')} type="text" />}
          </Field>
          {error === undefined ? null : <Problem error={error} />}
          {refused ? <p class="banner warn">{t('signin.cam')}</p> : null}
          <button type="submit" class="button primary wide" disabled={busy}>
            {t(busy ? 'signin.busy' : 'signin.do')}
          </button>
          <p class="fine">
            {t('signin.memory')}
            <br />
            {t('signin.api')}: <code>{address.origin}</code>
          </p>
        </form>
        <p class="fine">
          {t('signin.how')}
          <br />
          <code>npx serverless replication key add</code>
        </p>
      </Screen>
    </div>
  );
}

/** The first call finds out everything about the key. Throws `ApiError`. */
async function signIn(address: Address, { secretId, secretKey, bucket }: Entered): Promise<SignedIn> {
  const client = createClient(address, { secretId, secretKey });
  const deployment = await client.withBucket(bucket === '' ? undefined : bucket).deployment();
  return { client, deployment, bucket: deployment.bucket };
}
