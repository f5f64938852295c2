import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import type { Tone } from './state.tsx';

interface Props {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly title: string;
  readonly text: ComponentChildren;
}

/** The most important fact of a screen, in words. */
export function Verdict({ tone, icon, title, text }: Props): JSX.Element {
  return (
    <section class={`verdict ${tone}`}>
      <Icon name={icon} />
      <div>
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
    </section>
  );
}
