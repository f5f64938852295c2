import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Preflighted } from '../../schemas.ts';
import { useAct } from '../parts/act.ts';
import { Cause } from '../parts/cause.tsx';
import { useSession, useTelling } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import { Problem } from '../parts/problem.tsx';
import { Busy, MeasuredAt, Screen } from '../parts/screen.tsx';
import { Sign } from '../parts/state.tsx';
import { isText } from '../text/index.ts';

type Destination = Preflighted['destinations'][number];
type Check = Destination['checks'][number];

export function PreflightScreen(): JSX.Element {
  const { t } = useTelling();
  const { client, mayWrite } = useSession();
  const [result, setResult] = useState<Preflighted>();
  const { busy, problem, act } = useAct();
  const run = () => act(async () => setResult(await client.preflight()));
  return (
    <Screen
      title={t('preflight.title')}
      lead={t('preflight.lead')}
      actions={
        <button type="button" class="button primary" disabled={busy || !mayWrite} onClick={() => void run()}>
          {t(result === undefined ? 'preflight.run' : 'preflight.again')}
        </button>
      }
    >
      {mayWrite ? null : <p class="banner">{t('app.readonly')}</p>}
      {busy ? <Busy text={t('preflight.running')} /> : null}
      {problem === undefined ? null : <Problem error={problem} onRetry={() => void run()} />}
      {result === undefined || busy ? null : <Result result={result} />}
    </Screen>
  );
}

function Result({ result: { passed, warnings, destinations } }: { readonly result: Preflighted }): JSX.Element {
  const { t } = useTelling();
  if (destinations.length === 0 && warnings.length === 0) return <p class="banner">{t('preflight.none')}</p>;
  return (
    <div role="status">
      {warnings.map(({ source, name, cause }) => (
        <p key={name} class="banner warn">
          <Icon name="warn" />{' '}
          {t(`preflight.warning.${name}${cause === 'configured' ? '' : '.unknown'}`, { source, cause })}
        </p>
      ))}
      <p class={passed ? 'banner good' : 'banner bad'}>
        <Icon name={passed ? 'check' : 'cross'} /> {t(passed ? 'preflight.passed' : 'preflight.failed')}
      </p>
      <div class="cards">
        {destinations.map((destination) => (
          <DestinationCard key={destination.destination} destination={destination} />
        ))}
      </div>
    </div>
  );
}

function DestinationCard({
  destination: { destination, passed, checks, measuredAt },
}: {
  destination: Destination;
}): JSX.Element {
  const { t } = useTelling();
  return (
    <section class="card">
      <h2 class="card-title">
        <Name text={destination} />
        <Sign tone={passed ? 'good' : 'bad'} icon={passed ? 'check' : 'cross'}>
          {t(passed ? 'state.passed' : 'state.failed')}
        </Sign>
      </h2>
      <ol class="steps">
        {checks.map((check) => (
          <Step key={check.name} check={check} />
        ))}
      </ol>
      <MeasuredAt time={measuredAt} />
    </section>
  );
}

function Step({ check: { name, passed, cause } }: { readonly check: Check }): JSX.Element {
  const { t } = useTelling();
  const skipped = cause === 'not-tried';
  const own = `preflight.cause.${cause ?? ''}`;
  return (
    <li class={passed ? 'step' : skipped ? 'step quiet' : 'step bad'}>
      <Sign tone={passed ? 'good' : skipped ? 'quiet' : 'bad'} icon={passed ? 'check' : skipped ? 'skip' : 'cross'}>
        <span class="sr-only">{t(passed ? 'state.passed' : skipped ? 'state.nottried' : 'state.failed')}: </span>
        {t(`preflight.check.${name}`)}
      </Sign>
      {passed || cause === undefined ? null : <p class="step-more">{isText(own) ? t(own) : <Cause code={cause} />}</p>}
    </li>
  );
}
