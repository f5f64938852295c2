import type { JSX } from 'preact';
import type { DestinationState } from '../../scan-schemas.ts';
import { useTelling } from './context.ts';
import { Icon } from './icon.tsx';
import type { IconName, Tone } from './signs.ts';

export type { Tone };

interface SignProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly children: preact.ComponentChildren;
}

/** A state in one word with a sign of its own shape, so that it is recognised without colours. */
export function Sign({ tone, icon, children }: SignProps): JSX.Element {
  return (
    <span class={`sign ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

const WORK = {
  COMPLETED: ['good', 'check'],
  PENDING: ['busy', 'clock'],
  FAILED: ['bad', 'cross'],
  SKIPPED: ['quiet', 'skip'],
} as const satisfies Record<string, readonly [Tone, IconName]>;

export function WorkState({ state }: { readonly state: keyof typeof WORK }): JSX.Element {
  const { t } = useTelling();
  const [tone, icon] = WORK[state];
  return (
    <Sign tone={tone} icon={icon}>
      {t(`state.${state}`)}
    </Sign>
  );
}

export function RuleState({ enabled }: { readonly enabled: boolean }): JSX.Element {
  const { t } = useTelling();
  return (
    <Sign tone={enabled ? 'good' : 'quiet'} icon={enabled ? 'check' : 'pause'}>
      {t(enabled ? 'state.enabled' : 'state.disabled')}
    </Sign>
  );
}

const DESTINATION = {
  complete: ['good', 'check'],
  scanning: ['busy', 'clock'],
  behind: ['warn', 'clock'],
  blocked: ['bad', 'cross'],
  broken: ['bad', 'cross'],
  paused: ['quiet', 'pause'],
  unknown: ['quiet', 'info'],
  disabled: ['quiet', 'pause'],
} as const satisfies Record<DestinationState['state'], readonly [Tone, IconName]>;

export function DestinationSign({ state }: { readonly state: DestinationState['state'] }): JSX.Element {
  const { t } = useTelling();
  const [tone, icon] = DESTINATION[state];
  return (
    <Sign tone={tone} icon={icon}>
      {t(`status.state.${state}`)}
    </Sign>
  );
}
