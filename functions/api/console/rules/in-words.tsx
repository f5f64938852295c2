import type { JSX } from 'preact';
import { useTelling } from '../parts/context.ts';
import { nameText } from '../parts/name.tsx';
import type { RuleFields } from './fields.ts';

interface Props {
  readonly fields: RuleFields;
  readonly source: string;
  /** Elements of the rule that no field shows. */
  readonly kept: readonly string[];
}

/** Sentences that describe the effect of a rule while the user writes it. */
export function InWords({ fields, source, kept }: Props): JSX.Element {
  const { t } = useTelling();
  const { prefix, tags, bucket, region, deleteMarkers, existing, enabled } = fields;
  const scope =
    prefix === ''
      ? t('form.says.scope.all', { source })
      : t('form.says.scope.prefix', { source, prefix: nameText(prefix) });
  const carrying = tags.length === 0 ? '' : t('form.says.scope.tags', { n: tags.length });
  const where = bucket === '' ? t('form.says.nowhere') : t('form.says.to', { bucket, region });
  return (
    <aside class="card in-words" aria-label={t('form.says')}>
      <h2>{t('form.says')}</h2>
      <p>
        {scope}
        {carrying}
        {where}
      </p>
      {existing === '' ? null : <p>{t(`rules.existing.${existing}`)}</p>}
      <p>{t(deleteMarkers && tags.length === 0 ? 'form.says.markers' : 'form.says.nomarkers')}</p>
      <p>{t('form.says.storage')}</p>
      {enabled ? null : <p>{t('form.says.disabled')}</p>}
      {kept.length === 0 ? null : <p class="fine">{t('form.kept', { names: kept.join(', ') })}</p>}
    </aside>
  );
}
