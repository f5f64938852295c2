import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { useTelling } from '../parts/context.ts';
import { Remarks } from '../parts/field.tsx';
import type { Remark } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import type { Tag } from './fields.ts';

interface Props {
  readonly tags: readonly Tag[];
  readonly remarks: readonly Remark[];
  readonly onChange: (tags: readonly Tag[]) => void;
}

export function TagFields({ tags, remarks, onChange }: Props): JSX.Element {
  const { t } = useTelling();
  const id = useId();
  const wrong = remarks.some(({ level }) => level === 'error');
  const change = (at: number, tag: Tag) => onChange(tags.map((old, index) => (index === at ? tag : old)));
  return (
    <div class="field" role="group" aria-labelledby={id} aria-describedby={`${id}-hint ${id}-remarks`}>
      <span class="label" id={id}>
        {t('form.tags')}
      </span>
      {tags.map(([key, value], index) => (
        <div class="tag">
          <input
            type="text"
            aria-label={t('form.tag.key', { n: index + 1 })}
            aria-invalid={wrong}
            value={key}
            onInput={({ currentTarget }) => change(index, [currentTarget.value, value])}
          />
          <span aria-hidden="true">=</span>
          <input
            type="text"
            aria-label={t('form.tag.value', { n: index + 1 })}
            value={value}
            onInput={({ currentTarget }) => change(index, [key, currentTarget.value])}
          />
          <button
            type="button"
            class="button small"
            aria-label={t('form.tag.remove', { n: index + 1 })}
            onClick={() => onChange(tags.filter((_, at) => at !== index))}
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
      <button type="button" class="button small" onClick={() => onChange([...tags, ['', '']])}>
        <Icon name="plus" /> {t('form.tag.add')}
      </button>
      <p class="hint" id={`${id}-hint`}>
        {t('form.tags.hint')}
      </p>
      <Remarks id={`${id}-remarks`} remarks={remarks} />
    </div>
  );
}
