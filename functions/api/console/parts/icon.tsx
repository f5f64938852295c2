import type { JSX } from 'preact';
import { PATHS } from './signs.ts';
import type { IconName } from './signs.ts';

export type { IconName };

/** An icon beside a word of the same meaning, so it is hidden from screen readers. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
