import type { JSX } from 'preact';
import { formatNumber } from '../text/index.ts';
import { useTelling } from './context.ts';

interface Row {
  readonly label: string;
  readonly value: number;
}

/** A distribution as bars, each with its number, so that nobody has to read a length. */
export function Bars({ rows }: { readonly rows: readonly Row[] }): JSX.Element {
  const { language } = useTelling();
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <ul class="bars">
      {rows
        .filter(({ value }) => value > 0)
        .map(({ label, value }) => (
          <li key={label}>
            <span>{label}</span>
            <span class="bar-line" style={{ width: `${Math.max(2, (60 * value) / most)}px` }} />
            <strong>{formatNumber(language, value)}</strong>
          </li>
        ))}
    </ul>
  );
}
