import type { ComponentChildren, JSX } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { SessionContext, useTelling } from './parts/context.ts';
import type { Session } from './parts/context.ts';
import { Icon } from './parts/icon.tsx';
import type { IconName } from './parts/icon.tsx';
import { duration } from './parts/time.ts';
import { hrefOf, useRoute } from './route.ts';
import type { Route } from './route.ts';
import { Failures } from './screens/failures.tsx';
import { ObjectScreen } from './screens/object.tsx';
import { Overview } from './screens/overview.tsx';
import { PreflightScreen } from './screens/preflight.tsx';
import { RuleForm } from './screens/rule-form.tsx';
import { Rules } from './screens/rules.tsx';
import { VerifyScreen } from './screens/verify.tsx';
import { THEMES } from './settings.ts';
import type { Settings } from './settings.ts';
import { LANGUAGES } from './text/index.ts';

interface Props {
  readonly settings: Settings;
  readonly onSettings: (changed: Partial<Settings>) => void;
  /** Message of the last action. */
  readonly said: string;
  readonly onSilence: () => void;
  readonly onBucket: (bucket: string) => void;
  readonly onSignOut: () => void;
  /** Shown while nobody has signed in. */
  readonly children: ComponentChildren;
}

const SCREENS = [
  ['overview', 'home'],
  ['rules', 'list'],
  ['failures', 'warn'],
  ['object', 'search'],
  ['verify', 'swap'],
  ['preflight', 'shield'],
] as const satisfies readonly (readonly [string, IconName])[];

/** Frame around every screen: the bar at the top, the navigation, and the message of the last action. */
export function Shell(props: Props): JSX.Element {
  const { t } = useTelling();
  const session = useContext(SessionContext);
  const route = useRoute();
  const screen = route.name.split('/', 1)[0] || 'overview';
  useEffect(() => scrollTo(0, 0), [route.name]);
  return (
    <>
      <a class="skip-link" href="#main" onClick={focusMain}>
        {t('app.skip')}
      </a>
      <Bar {...props} session={session} />
      <div class={session === undefined ? 'frame alone' : 'frame'}>
        {session === undefined ? null : (
          <nav class="screens" aria-label={t('app.menu')}>
            {SCREENS.map(([name, icon]) => (
              <a key={name} href={hrefOf(name)} aria-current={screen === name ? 'page' : undefined}>
                <Icon name={icon} />
                <span>{t(`nav.${name}`)}</span>
              </a>
            ))}
          </nav>
        )}
        <main id="main" tabIndex={-1}>
          <div role="status" class="said-region">
            {props.said === '' ? null : (
              <div class="said">
                <Icon name="check" />
                <span>{props.said}</span>
                <button type="button" class="plain-button" onClick={props.onSilence}>
                  {t('do.close')}
                </button>
              </div>
            )}
          </div>
          {session === undefined ? props.children : <Chosen key={session.bucket} session={session} route={route} />}
        </main>
      </div>
    </>
  );
}

/** Moves the focus without changing the address, which belongs to the screens. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Bar({
  settings,
  onSettings,
  onBucket,
  onSignOut,
  session,
}: Props & { session: Session | undefined }): JSX.Element {
  const { t } = useTelling();
  return (
    <header class="bar">
      <span class="brand">
        <Icon name="logo" /> {t('app.title')}
      </span>
      {session === undefined ? null : <Bucket session={session} onBucket={onBucket} />}
      <span class="bar-space" />
      <select
        aria-label={t('app.language')}
        value={settings.language}
        onChange={({ currentTarget }) =>
          onSettings({ language: LANGUAGES.find((one) => one === currentTarget.value) ?? 'en' })
        }
      >
        <option value="en" lang="en">
          English
        </option>
        <option value="zh" lang="zh-CN">
          中文
        </option>
      </select>
      <select
        aria-label={t('app.theme')}
        value={settings.theme}
        onChange={({ currentTarget }) =>
          onSettings({ theme: THEMES.find((one) => one === currentTarget.value) ?? 'auto' })
        }
      >
        {THEMES.map((theme) => (
          <option key={theme} value={theme}>
            {t(`app.theme.${theme}`)}
          </option>
        ))}
      </select>
      {session === undefined ? null : (
        <button type="button" class="button small" onClick={onSignOut}>
          {t('app.signout')}
        </button>
      )}
    </header>
  );
}

function Bucket({ session, onBucket }: { session: Session; onBucket: (bucket: string) => void }): JSX.Element {
  const { t } = useTelling();
  const { bucket, deployment, mayWrite } = session;
  const { sources } = deployment;
  return (
    <span class="bar-bucket">
      {sources.length > 1 ? (
        <select
          aria-label={t('app.bucket')}
          value={bucket}
          onChange={({ currentTarget }) => onBucket(currentTarget.value)}
        >
          {sources.map((place) => (
            <option key={place.bucket} value={place.bucket}>
              {place.bucket}
            </option>
          ))}
        </select>
      ) : (
        <span class="bar-name" title={t('app.bucket')}>
          {bucket}
        </span>
      )}
      {mayWrite ? null : <span class="chip">{t('app.readonly')}</span>}
    </span>
  );
}

function Chosen({ session, route }: { session: Session; route: Route }): JSX.Element {
  const telling = useTelling();
  const offset = Math.abs(session.client.clockOffset());
  return (
    <>
      {offset === 0 ? null : (
        <p class="banner warn" role="status">
          <Icon name="clock" /> {telling.t('app.clock', { time: duration(telling, offset) })}
        </p>
      )}
      <ScreenOf route={route} />
    </>
  );
}

function ScreenOf({ route }: { route: Route }): JSX.Element {
  switch (route.name) {
    case 'rules':
      return <Rules />;
    case 'rules/new':
      return <RuleForm key="new" id={undefined} />;
    case 'rules/edit':
      return <RuleForm key={`edit ${route.query.get('id') ?? ''}`} id={route.query.get('id') ?? ''} />;
    case 'failures':
      return <Failures />;
    case 'object':
      return <ObjectScreen query={route.query} />;
    case 'verify':
      return <VerifyScreen />;
    case 'preflight':
      return <PreflightScreen />;
    default:
      return <Overview />;
  }
}
