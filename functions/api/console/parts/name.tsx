import type { JSX } from 'preact';

/** Characters that are invisible, or that change how others look: control, format, unpaired, private, line ends. */
const UNSEEN = /([\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|^ | $)/u;

/**
 * A key, rule ID or other text that somebody chose, shown unchanged: isolated, so that it cannot change the direction
 * of the text around it, and with invisible characters written out.
 */
export function Name({ text, plain = false }: { readonly text: string; readonly plain?: boolean }): JSX.Element {
  const parts = text.split(new RegExp(UNSEEN, 'gu'));
  return (
    <bdi class={plain ? 'name plain' : 'name'}>
      {parts.map((part, index) => (index % 2 === 1 ? <span class="unseen">{written(part)}</span> : part))}
    </bdi>
  );
}

/** A name for places that take only text, such as labels. */
export function nameText(text: string): string {
  return text.replaceAll(new RegExp(UNSEEN, 'gu'), (char) => (char === ' ' ? ' ' : written(char)));
}

function written(char: string): string {
  return char === ' ' ? '␣' : `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
