import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { findAddress } from './address.ts';
import { SessionContext, TellingContext, tellingIn } from './parts/context.ts';
import type { Session } from './parts/context.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './screens/sign-in.tsx';
import type { SignedIn } from './screens/sign-in.tsx';
import { keepSettings, readSettings } from './settings.ts';
import type { Settings } from './settings.ts';

export function App(): JSX.Element {
  const [settings, setSettings] = useState(readSettings);
  const [signedIn, setSignedIn] = useState<SignedIn>();
  const { said, announce, silence } = useSaid();
  const address = useMemo(() => findAddress(location), []);
  const telling = useMemo(() => tellingIn(settings.language), [settings.language]);
  useEffect(() => {
    const { documentElement } = document;
    documentElement.lang = settings.language === 'zh' ? 'zh-CN' : 'en';
    if (settings.theme === 'auto') delete documentElement.dataset['theme'];
    else documentElement.dataset['theme'] = settings.theme;
  }, [settings]);
  const change = (changed: Partial<Settings>) => {
    const next = { ...settings, ...changed };
    setSettings(next);
    keepSettings(next);
  };
  const session = useMemo<Session | undefined>(() => {
    if (signedIn === undefined) return undefined;
    const { client, deployment, bucket } = signedIn;
    return {
      client: client.withBucket(deployment.bucketInHost ? undefined : bucket),
      bucket,
      deployment,
      mayWrite: deployment.rights.includes('write'),
      announce,
    };
  }, [signedIn, announce]);

  return (
    <TellingContext.Provider value={telling}>
      <SessionContext.Provider value={session}>
        <Shell
          settings={settings}
          onSettings={change}
          said={said}
          onSilence={silence}
          onBucket={(bucket) => setSignedIn((before) => before && { ...before, bucket })}
          onSignOut={() => {
            silence();
            setSignedIn(undefined);
          }}
        >
          <SignIn address={address} onSignIn={setSignedIn} />
        </Shell>
      </SessionContext.Provider>
    </TellingContext.Provider>
  );
}

/** ms after a message within which a change of screen keeps it, such as the way back from a form. */
const BELONGS = 1000;

/** Message of the last action. It stays until the user goes to another screen. */
function useSaid() {
  const [said, setSaid] = useState({ text: '', at: 0 });
  useEffect(() => {
    const leave = () => setSaid((now) => (Date.now() - now.at < BELONGS ? now : { text: '', at: 0 }));
    addEventListener('hashchange', leave);
    return () => removeEventListener('hashchange', leave);
  }, []);
  const announce = useCallback((text: string) => setSaid({ text, at: Date.now() }), []);
  const silence = useCallback(() => setSaid({ text: '', at: 0 }), []);
  return { said: said.text, announce, silence };
}
