import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Deployment } from '../../schemas.ts';
import { useTelling } from '../parts/context.ts';
import { CheckField, Remarks, SelectField, TextField } from '../parts/field.tsx';
import type { Remark } from '../parts/field.tsx';
import { STORAGE_CLASSES } from './check.ts';
import type { Finding } from './check.ts';
import type { RuleFields } from './fields.ts';
import { TagFields } from './tag-fields.tsx';

/** Props of each group of fields of the form. */
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
          <TextField
            label={t('form.prefix')}
            hint={t('form.prefix.hint')}
            remarks={remarks('prefix')}
            class="mono"
            value={fields.prefix}
            onInput={(prefix) => change({ prefix })}
          />
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
      <SelectField
        label={t('form.bucket')}
        hint={t('form.bucket.hint')}
        remarks={remarks('bucket')}
        value={chosen}
        options={[
          ['', t('form.bucket.choose')],
          ...places.map(({ bucket, region }) => [`${bucket}@${region}`, `${bucket} (${region})`] as const),
          ...(chosen === '' || listed
            ? []
            : [[chosen, `${fields.bucket} (${fields.region}) – ${t('form.bucket.unlisted')}`] as const]),
        ]}
        onChange={(place) => {
          const [bucket = '', region = ''] = place.split('@');
          change({ bucket, region });
        }}
      />
      <SelectField
        label={t('form.class')}
        value={fields.storageClass}
        options={[
          ['', t('form.class.same')],
          ...storageClasses(fields.storageClass).map((name) => [name, name] as const),
        ]}
        onChange={(storageClass) => change({ storageClass })}
      />
    </fieldset>
  );
}

/** The offered classes, and that of the rule, which may be another one. */
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
      <SelectField
        label={t('form.existing')}
        hint={t('form.existing.hint')}
        remarks={remarks('existing')}
        value={fields.existing}
        options={[['', t('form.existing.none')], ...EXISTING.map((one) => [one, t(`form.existing.${one}`)] as const)]}
        onChange={(chosen) => change({ existing: EXISTING.find((one) => one === chosen) ?? '' })}
      />
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
        <TextField
          label={t('form.kms.key')}
          remarks={remarks('kmsKeyId')}
          class="mono"
          value={fields.kmsKeyId}
          onInput={(text) => change({ kmsKeyId: text.trim() })}
        />
      </details>
    </fieldset>
  );
}

interface ItselfProps extends FormParts {
  /** Requested only for the first rule; undefined when the document already has a role. */
  readonly uin: { readonly value: string; readonly change: (value: string) => void } | undefined;
}

export function RuleItselfFields({ fields, change, remarks, uin }: ItselfProps): JSX.Element {
  const { t } = useTelling();
  return (
    <fieldset class="card">
      <legend>{t('form.rule')}</legend>
      <TextField
        label={t('form.id')}
        hint={t('form.id.hint')}
        remarks={remarks('id')}
        value={fields.id}
        onInput={(id) => change({ id })}
      />
      <TextField
        label={t('form.priority')}
        hint={t('form.priority.hint')}
        remarks={remarks('priority')}
        inputMode="numeric"
        class="short"
        value={fields.priority}
        onInput={(text) => change({ priority: text.trim() })}
      />
      {uin === undefined ? null : (
        <TextField
          label={t('form.uin')}
          hint={t('form.uin.hint')}
          remarks={remarks('uin')}
          inputMode="numeric"
          class="medium"
          value={uin.value}
          onInput={(text) => uin.change(text.trim())}
        />
      )}
      <CheckField label={t('form.enabled')} checked={fields.enabled} onChange={(enabled) => change({ enabled })} />
    </fieldset>
  );
}
