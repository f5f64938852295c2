import type { JSX } from 'preact';
import type { XmlElement } from '../client/xml.ts';
import { useTelling } from '../parts/context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { nameText } from '../parts/name.tsx';
import { applyChange, idOf } from './document.ts';
import type { Change, RulesDocument } from './document.ts';
import { readFields } from './fields.ts';
import { ForecastView } from './forecast-view.tsx';
import { switchRule } from './write.ts';

/** Actions that the list of rules offers. */
export type Deed = 'enable' | 'disable' | 'delete' | 'pause' | 'resume';

interface Props {
  readonly deed: Deed;
  readonly rule: XmlElement;
  readonly document: RulesDocument;
  /** True when no other rule would be left. */
  readonly last: boolean;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onChange: (change: Change) => void;
  readonly onSteer: (deed: 'pause' | 'resume') => void;
}

/** Asks before a rule is switched, paused or deleted, and names the effects that this does not have. */
export function AskFirst({ deed, rule, document, last, busy, onClose, onChange, onSteer }: Props): JSX.Element {
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
      onAction={() => (deed === 'pause' || deed === 'resume' ? onSteer(deed) : onChange(change()))}
    >
      <p>{t(`rules.${deed}.text`)}</p>
      {deed === 'enable' ? <Before document={document} change={change()} rule={rule} /> : null}
      {deed === 'delete' && last ? (
        <p>
          <strong>{t('rules.delete.last')}</strong>
        </p>
      ) : null}
    </Dialog>
  );
}

function Before({ document, change, rule }: Pick<Props, 'document' | 'rule'> & { change: Change }): JSX.Element | null {
  const root = applyChange(document, change);
  const { bucket, region } = readFields(rule);
  return root === undefined ? null : <ForecastView root={root} destination={`${bucket}@${region}`} />;
}
