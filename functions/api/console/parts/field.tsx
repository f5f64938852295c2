import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** What a field has to say of itself, ready to be read. */
export interface Remark {
  readonly level: 'error' | 'warning';
  readonly text: ComponentChildren;
}

interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

interface Props {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly remarks?: readonly Remark[];
  /** Gets what ties the input to its label, its hint and its remarks. */
  readonly children: (described: Described) => ComponentChildren;
}

export function Field({ label, hint, remarks = [], children }: Props): JSX.Element {
  const id = useId();
  const ids = [...(hint === undefined ? [] : [`${id}-hint`]), ...(remarks.length === 0 ? [] : [`${id}-remarks`])];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': ids.length === 0 ? undefined : ids.join(' '),
        'aria-invalid': remarks.some(({ level }) => level === 'error'),
      })}
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Remarks id={`${id}-remarks`} remarks={remarks} />
    </div>
  );
}

export function Remarks({
  id,
  remarks,
}: {
  readonly id?: string;
  readonly remarks: readonly Remark[];
}): JSX.Element | null {
  if (remarks.length === 0) return null;
  return (
    <ul class="remarks" id={id}>
      {remarks.map(({ level, text }) => (
        <li class={level}>
          <Icon name={level === 'error' ? 'cross' : 'warn'} />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}

interface CheckProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, hint, checked, disabled = false, onChange }: CheckProps): JSX.Element {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint === undefined ? null : (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
