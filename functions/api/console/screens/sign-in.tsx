import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { createClient } from '../client/client.ts';
import type { Client } from '../client/client.ts';
import type { Address } from '../client/send.ts';
import { useAct } from '../parts/act.ts';
import { useTelling } from '../parts/context.ts';
import { TextField } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { Screen } from '../parts/screen.tsx';
import type { Deployment } from '../../schemas.ts';

/** A signed-in user. Only the client holds the key pair. */
export interface SignedIn {
  readonly client: Client;
  readonly deployment: Deployment;
  readonly bucket: string;
}

interface Props {
  readonly address: Address;
  readonly onSignIn: (signedIn: SignedIn) => void;
}

interface Entered {
  readonly secretId: string;
  readonly secretKey: string;
  readonly bucket: string;
}

/** CAM secret IDs begin like this. So does a pair of the local cloud, which is accepted there. */
const CAM = /^AKID/;

export function SignIn({ address, onSignIn }: Props): JSX.Element {
  const { t } = useTelling();
  const [entered, setEntered] = useState<Entered>({ secretId: '', secretKey: '', bucket: '' });
  const { busy, problem: error, act } = useAct();
  const [tried, setTried] = useState(false);
  const enter = (name: keyof Entered) => ({
    value: entered[name],
    onInput: (text: string) => setEntered((before) => ({ ...before, [name]: text.trim() })),
    autoComplete: 'off' as const,
    autoCapitalize: 'off' as const,
  });
  const missing = (name: 'secretId' | 'secretKey') =>
    tried && entered[name] === '' ? [{ level: 'error' as const, text: t('signin.missing') }] : [];
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (entered.secretId === '' || entered.secretKey === '' || busy) return;
    await act(async () => onSignIn(await signIn(address, entered)));
  };
  const refused = error?.code === 'InvalidAccessKeyId' && CAM.test(entered.secretId);
  return (
    <div class="sign-in">
      <Screen title={t('signin.title')} lead={t('signin.lead')}>
        <form class="card form" onSubmit={(event) => void submit(event)} noValidate>
          <p class="banner warn">
            <Icon name="shield" /> <span>{t('signin.warning')}</span>
          </p>
          <TextField label={t('signin.id')} remarks={missing('secretId')} {...enter('secretId')} required />
          <TextField
            label={t('signin.secret')}
            remarks={missing('secretKey')}
            {...enter('secretKey')}
            password
            required
          />
          <TextField label={t('signin.bucket')} hint={t('signin.bucket.hint')} {...enter('bucket')} />
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

/** The first call reads everything about the key. Throws `ApiError`. */
async function signIn(address: Address, { secretId, secretKey, bucket }: Entered): Promise<SignedIn> {
  const client = createClient(address, { secretId, secretKey });
  const deployment = await client.withBucket(bucket === '' ? undefined : bucket).deployment();
  return { client, deployment, bucket: deployment.bucket };
}
