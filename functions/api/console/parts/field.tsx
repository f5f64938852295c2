import type { ComponentChildren, JSX, TargetedInputEvent } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** A remark on a field, as text. */
export interface Remark {
  readonly level: 'error' | 'warning';
  readonly text: ComponentChildren;
}

interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

interface About {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly remarks?: readonly Remark[];
}

interface Props extends About {
  /** Receives the attributes that connect the input with its label, hint and remarks. */
  readonly children: (described: Described) => ComponentChildren;
}

function Field({ label, hint, remarks = [], children }: Props): JSX.Element {
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

interface TextProps extends About {
  readonly value: string;
  readonly class?: string;
  readonly password?: boolean;
  readonly required?: boolean;
  readonly inputMode?: 'numeric';
  readonly autoComplete?: 'off';
  readonly autoCapitalize?: 'off';
  readonly onInput: (value: string) => void;
}

export function TextField({ label, hint, remarks = [], password = false, onInput, ...input }: TextProps): JSX.Element {
  return (
    <Field label={label} hint={hint} remarks={remarks}>
      {(described) => {
        const all = {
          ...described,
          ...input,
          spellcheck: false,
          onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => onInput(currentTarget.value),
        };
        return password ? <input {...all} type="password" /> : <input {...all} type="text" />;
      }}
    </Field>
  );
}

interface SelectProps extends About {
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

export function SelectField({ label, hint, remarks = [], value, options, onChange }: SelectProps): JSX.Element {
  return (
    <Field label={label} hint={hint} remarks={remarks}>
      {(described) => (
        <select {...described} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
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
