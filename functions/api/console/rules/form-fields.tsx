import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Deployment } from '../../schemas.ts';
import { useTelling } from '../parts/context.ts';
import { CheckField, Field, Remarks } from '../parts/field.tsx';
import type { Remark } from '../parts/field.tsx';
import { STORAGE_CLASSES } from './check.ts';
import type { Finding } from './check.ts';
import type { RuleFields } from './fields.ts';
import { TagFields } from './tag-fields.tsx';

/** What each group of fields of the form works with. */
export interface FormParts {
  readonly fields: RuleFields;
  readonly change: (changed: Partial<RuleFields>) => void;
  readonly remarks: (field: Finding['field']) => Remark[];
}

export function WhichFields({ fields, change, remarks }: FormParts): JSX.Element {
  const { t } = useTelling();
  const [some, setSome] = useState(fields.prefix !== '' || fields.tags.length > 0);
  const choose = (chosen: boolean) => {
    setSome(chosen);
    if (!chosen) change({ prefix: '', tags: [] });
  };
  return (
    <fieldset class="card">
      <legend>{t('form.which')}</legend>
      <div class="choices">
        <label>
          <input type="radio" name="scope" checked={!some} onChange={() => choose(false)} /> {t('form.scope.all')}
        </label>
        <label>
          <input type="radio" name="scope" checked={some} onChange={() => choose(true)} /> {t('form.scope.some')}
        </label>
      </div>
      {some ? (
        <>
          <Field label={t('form.prefix')} hint={t('form.prefix.hint')} remarks={remarks('prefix')}>
            {(described) => (
              <input
                {...described}
                type="text"
                class="mono"
                spellcheck={false}
                value={fields.prefix}
                onInput={({ currentTarget }) => change({ prefix: currentTarget.value })}
              />
            )}
          </Field>
          <TagFields tags={fields.tags} remarks={remarks('tags')} onChange={(tags) => change({ tags })} />
        </>
      ) : (
        <Remarks remarks={remarks('prefix')} />
      )}
    </fieldset>
  );
}

interface WhereProps extends FormParts {
  readonly deployment: Deployment;
  readonly source: string;
}

export function WhereFields({ fields, change, remarks, deployment, source }: WhereProps): JSX.Element {
  const { t } = useTelling();
  const places = deployment.destinations.filter(({ bucket }) => bucket !== source);
  const chosen = fields.bucket === '' ? '' : `${fields.bucket}@${fields.region}`;
  const listed = places.some(({ bucket, region }) => `${bucket}@${region}` === chosen);
  return (
    <fieldset class="card">
      <legend>{t('form.where')}</legend>
      <Field label={t('form.bucket')} hint={t('form.bucket.hint')} remarks={remarks('bucket')}>
        {(described) => (
          <select
            {...described}
            value={chosen}
            onChange={({ currentTarget }) => {
              const [bucket = '', region = ''] = currentTarget.value.split('@');
              change({ bucket, region });
            }}
          >
            <option value="">{t('form.bucket.choose')}</option>
            {places.map(({ bucket, region }) => (
              <option key={bucket} value={`${bucket}@${region}`}>
                {bucket} ({region})
              </option>
            ))}
            {chosen === '' || listed ? null : (
              <option value={chosen}>
                {fields.bucket} ({fields.region}) – {t('form.bucket.unlisted')}
              </option>
            )}
          </select>
        )}
      </Field>
      <Field label={t('form.class')}>
        {(described) => (
          <select
            {...described}
            value={fields.storageClass}
            onChange={({ currentTarget }) => change({ storageClass: currentTarget.value })}
          >
            <option value="">{t('form.class.same')}</option>
            {storageClasses(fields.storageClass).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </fieldset>
  );
}

/** With the one that the rule has, which may be of a kind that is not offered. */
function storageClasses(now: string): readonly string[] {
  const offered: readonly string[] = STORAGE_CLASSES;
  return now === '' || offered.includes(now) ? offered : [...offered, now];
}

const EXISTING = ['Current', 'All'] as const;

export function HowFields({ fields, change, remarks }: FormParts): JSX.Element {
  const { t } = useTelling();
  return (
    <fieldset class="card">
      <legend>{t('form.how')}</legend>
      <CheckField
        label={t('form.markers')}
        hint={t(fields.tags.length > 0 ? 'form.tags.hint' : 'form.markers.hint')}
        checked={fields.deleteMarkers && fields.tags.length === 0}
        disabled={fields.tags.length > 0}
        onChange={(deleteMarkers) => change({ deleteMarkers })}
      />
      <Field label={t('form.existing')} remarks={remarks('existing')}>
        {(described) => (
          <select
            {...described}
            value={fields.existing}
            onChange={({ currentTarget }) =>
              change({ existing: EXISTING.find((one) => one === currentTarget.value) ?? '' })
            }
          >
            <option value="">{t('form.existing.none')}</option>
            {EXISTING.map((one) => (
              <option key={one} value={one}>
                {t(`form.existing.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <details open={fields.replicaAcl || fields.kmsObjects || fields.kmsKeyId !== ''}>
        <summary>{t('form.more')}</summary>
        <CheckField
          label={t('form.acl')}
          checked={fields.replicaAcl}
          onChange={(replicaAcl) => change({ replicaAcl })}
        />
        <CheckField
          label={t('form.kms')}
          checked={fields.kmsObjects}
          onChange={(kmsObjects) => change({ kmsObjects })}
        />
        <Field label={t('form.kms.key')} remarks={remarks('kmsKeyId')}>
          {(described) => (
            <input
              {...described}
              type="text"
              class="mono"
              spellcheck={false}
              value={fields.kmsKeyId}
              onInput={({ currentTarget }) => change({ kmsKeyId: currentTarget.value.trim() })}
            />
          )}
        </Field>
      </details>
    </fieldset>
  );
}

interface ItselfProps extends FormParts {
  /** Asked for with the first rule alone; undefined where the document has a role already. */
  readonly uin: { readonly value: string; readonly change: (value: string) => void } | undefined;
}

export function RuleItselfFields({ fields, change, remarks, uin }: ItselfProps): JSX.Element {
  const { t } = useTelling();
  return (
    <fieldset class="card">
      <legend>{t('form.rule')}</legend>
      <Field label={t('form.id')} hint={t('form.id.hint')} remarks={remarks('id')}>
        {(described) => (
          <input
            {...described}
            type="text"
            value={fields.id}
            onInput={({ currentTarget }) => change({ id: currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t('form.priority')} hint={t('form.priority.hint')} remarks={remarks('priority')}>
        {(described) => (
          <input
            {...described}
            type="text"
            inputMode="numeric"
            class="short"
            value={fields.priority}
            onInput={({ currentTarget }) => change({ priority: currentTarget.value.trim() })}
          />
        )}
      </Field>
      {uin === undefined ? null : (
        <Field label={t('form.uin')} hint={t('form.uin.hint')} remarks={remarks('uin')}>
          {(described) => (
            <input
              {...described}
              type="text"
              inputMode="numeric"
              class="medium"
              value={uin.value}
              onInput={({ currentTarget }) => uin.change(currentTarget.value.trim())}
            />
          )}
        </Field>
      )}
      <CheckField label={t('form.enabled')} checked={fields.enabled} onChange={(enabled) => change({ enabled })} />
    </fieldset>
  );
}
