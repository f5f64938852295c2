import type { JSX } from 'preact';
import type { DestinationState } from '../../scan-schemas.ts';
import type { XmlElement } from '../client/xml.ts';
import { useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { Name, nameText } from '../parts/name.tsx';
import { DestinationSign, RuleState } from '../parts/state.tsx';
import { bytes } from '../parts/size.ts';
import { hrefOf } from '../route.ts';
import type { Deed } from './ask-first.tsx';
import { otherElements, readFields } from './fields.ts';
import type { RuleFields } from './fields.ts';

interface Props {
  readonly rule: XmlElement;
  /** State of the destination; undefined while unknown. */
  readonly standing: DestinationState | undefined;
  readonly mayWrite: boolean;
  readonly onAsk: (deed: Deed, rule: XmlElement) => void;
}

/** One rule of the list: its state, scope, destination, special settings and buttons. */
export function RuleRow({ rule, standing, mayWrite, onAsk }: Props): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const fields = readFields(rule);
  const { id, enabled } = fields;
  const special = specialities(telling, fields, otherElements(rule));
  const about = (action: string) => t('rules.about', { action, id: nameText(id) });
  const paused = enabled && standing?.scan.pausedSince !== undefined;
  const deeds: readonly Deed[] = [
    ...(enabled ? ([paused ? 'resume' : 'pause', 'disable'] as const) : (['enable'] as const)),
    'delete',
  ];
  return (
    <li class={enabled ? 'card rule' : 'card rule off'}>
      <div class="rule-main">
        <div class="rule-head">
          <h2>
            <Name text={id} plain />
          </h2>
          <RuleState enabled={enabled} />
          {enabled && standing !== undefined ? <DestinationSign state={standing.state} /> : null}
        </div>
        <p class="rule-way">
          <Scope fields={fields} />
          <span class="rule-to">
            <Icon name="arrow" />
            <span class="sr-only">{t('rules.to')}</span>
            <span>
              <strong>{fields.bucket}</strong> <span class="region">{fields.region}</span>
            </span>
          </span>
        </p>
        <Counts id={id} standing={standing} />
        {special.length === 0 ? null : (
          <ul class="chips">
            {special.map((text) => (
              <li class="chip">{text}</li>
            ))}
          </ul>
        )}
      </div>
      {mayWrite ? (
        <div class="actions">
          <a class="button small" href={hrefOf('rules/edit', { id })} aria-label={about(t('rules.edit'))}>
            {t('rules.edit')}
          </a>
          {deeds.map((deed) => (
            <button
              key={deed}
              type="button"
              class={deed === 'delete' ? 'button small danger-text' : 'button small'}
              aria-label={about(t(`rules.${deed}`))}
              onClick={() => onAsk(deed, rule)}
            >
              {t(`rules.${deed}`)}
            </button>
          ))}
        </div>
      ) : null}
    </li>
  );
}

function Scope({ fields: { prefix, tags } }: { readonly fields: RuleFields }): JSX.Element {
  const { t } = useTelling();
  return (
    <span class="rule-scope">
      {prefix === '' ? (
        <span>{t('rules.everything')}</span>
      ) : (
        <span>
          {t('rules.prefix')} <Name text={prefix} />
        </span>
      )}
      {tags.length === 0 ? null : (
        <span>
          {' '}
          {t('rules.tags')}{' '}
          {tags.map(([key, value]) => (
            <>
              <Name text={`${key}=${value}`} />{' '}
            </>
          ))}
        </span>
      )}
    </span>
  );
}

const COUNTED = ['replicated', 'pending', 'failed', 'skipped'] as const;

/** Counts of the last scan for the rule. */
function Counts({ id, standing }: Pick<Props, 'standing'> & { readonly id: string }): JSX.Element | null {
  const { t, language } = useTelling();
  const versions = standing?.rules.find((rule) => rule.id === id)?.versions;
  if (versions == null) return null;
  const parts = COUNTED.filter((name) => name === 'replicated' || versions[name].versions > 0).map((name) =>
    t(`rules.count.${name}`, { n: versions[name].versions, size: bytes(language, versions[name].bytes) }),
  );
  return <p class="fine">{parts.join(' · ')}</p>;
}

/** Settings that differ from their defaults. */
function specialities({ t }: Telling, fields: RuleFields, others: readonly string[]): string[] {
  const { priority, storageClass, deleteMarkers, existing, replicaAcl, kmsObjects } = fields;
  return [
    ...(priority === '' ? [] : [t('rules.priority', { n: priority })]),
    ...(storageClass === '' ? [] : [t('rules.class', { name: storageClass })]),
    ...(deleteMarkers ? [] : [t('rules.markers.off')]),
    ...(existing === '' ? [] : [t(`rules.existing.${existing}`)]),
    ...(replicaAcl ? [t('rules.acl')] : []),
    ...(kmsObjects ? [t('rules.kms')] : []),
    ...(others.length === 0 ? [] : [t('rules.other', { names: others.join(', ') })]),
  ];
}
