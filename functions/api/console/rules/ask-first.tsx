import type { JSX } from 'preact';
import type { XmlElement } from '../client/xml.ts';
import { useTelling } from '../parts/context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { nameText } from '../parts/name.tsx';
import { idOf } from './document.ts';
import type { Change } from './document.ts';
import { switchRule } from './write.ts';

/** What can be done to a rule from the list. */
export type Deed = 'enable' | 'disable' | 'delete';

interface Props {
  readonly deed: Deed;
  readonly rule: XmlElement;
  /** Whether no other rule would be left. */
  readonly last: boolean;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onChange: (change: Change) => void;
}

/** Asks before a rule is switched or deleted, and says what will not happen. */
export function AskFirst({ deed, rule, last, busy, onClose, onChange }: Props): JSX.Element {
  const { t } = useTelling();
  const id = idOf(rule);
  const change = (): Change =>
    deed === 'delete' ? { kind: 'remove', id } : { kind: 'replace', id, rule: switchRule(rule, deed === 'enable') };
  return (
    <Dialog
      title={t(`rules.${deed}.title`, { id: nameText(id) })}
      action={t(`rules.${deed}`)}
      danger={deed === 'delete'}
      busy={busy}
      onClose={onClose}
      onAction={() => onChange(change())}
    >
      <p>{t(`rules.${deed}.text`)}</p>
      {deed === 'enable' ? <p>{t('rules.enable.storage')}</p> : null}
      {deed === 'delete' && last ? (
        <p>
          <strong>{t('rules.delete.last')}</strong>
        </p>
      ) : null}
    </Dialog>
  );
}
