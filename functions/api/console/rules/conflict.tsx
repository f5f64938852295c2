import type { JSX } from 'preact';
import { useTelling } from '../parts/context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { nameText } from '../parts/name.tsx';
import type { Outcome } from './change.ts';

interface Props {
  readonly outcome: Outcome;
  readonly busy: boolean;
  readonly onRepeat: () => void;
  readonly onClose: () => void;
}

/** Most IDs that are named; of a thousand changed rules the first few are enough. */
const NAMED = 5;

/** Tells the slower of two people who edit at once that the rules have changed, and shows the changes. */
export function Conflict({ outcome, busy, onRepeat, onClose }: Props): JSX.Element | null {
  const { t } = useTelling();
  if (outcome.kind === 'stored') return null;
  const { added, removed, changed } = outcome.differences;
  const repeatable = outcome.kind === 'changed-before' && outcome.repeatable;
  const named = (ids: readonly string[]) =>
    ids.slice(0, NAMED).map(nameText).join(', ') + (ids.length > NAMED ? ' …' : '');
  return (
    <Dialog
      title={t('rules.conflict.title')}
      action={repeatable ? t('rules.conflict.repeat') : undefined}
      busy={busy}
      onAction={onRepeat}
      onClose={onClose}
    >
      <p>{t(outcome.kind === 'changed-before' ? 'rules.conflict.before' : 'rules.conflict.after')}</p>
      <ul>
        {added.length === 0 ? null : <li>{t('rules.conflict.added', { ids: named(added) })}</li>}
        {removed.length === 0 ? null : <li>{t('rules.conflict.removed', { ids: named(removed) })}</li>}
        {changed.length === 0 ? null : <li>{t('rules.conflict.changed', { ids: named(changed) })}</li>}
        {added.length + removed.length + changed.length > 0 ? null : <li>{t('rules.conflict.other')}</li>}
      </ul>
      {outcome.kind === 'changed-before' && !repeatable ? <p>{t('rules.conflict.same')}</p> : null}
    </Dialog>
  );
}
