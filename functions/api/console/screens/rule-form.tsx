import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useAct } from '../parts/act.ts';
import { useSession, useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { Dialog } from '../parts/dialog.tsx';
import type { Remark } from '../parts/field.tsx';
import { useLoad } from '../parts/load.ts';
import { nameText } from '../parts/name.tsx';
import { Problem } from '../parts/problem.tsx';
import { Busy, Screen } from '../parts/screen.tsx';
import { go, hrefOf } from '../route.ts';
import { changeRules, loadRules } from '../rules/change.ts';
import type { Loaded, Outcome } from '../rules/change.ts';
import { checkRule, freshPriority, isUin, numberOthers } from '../rules/check.ts';
import type { Finding } from '../rules/check.ts';
import { Conflict } from '../rules/conflict.tsx';
import { applyChange, idOf, roleOf } from '../rules/document.ts';
import type { Change } from '../rules/document.ts';
import { NEW_RULE, otherElements, readFields } from '../rules/fields.ts';
import type { RuleFields } from '../rules/fields.ts';
import { ForecastView } from '../rules/forecast-view.tsx';
import { HowFields, RuleItselfFields, WhereFields, WhichFields } from '../rules/form-fields.tsx';
import { InWords } from '../rules/in-words.tsx';
import { writeRule } from '../rules/write.ts';
import { isText } from '../text/index.ts';

/** Adds a rule, or changes the one with this ID. */
export function RuleForm({ id }: { readonly id: string | undefined }): JSX.Element {
  const { t } = useTelling();
  const { client, bucket } = useSession();
  const { value, error, reload } = useLoad(bucket, () => loadRules(client));
  const title = id === undefined ? t('form.add') : t('form.edit', { id: nameText(id) });
  const gone =
    id !== undefined && value !== undefined && !(value.document?.rules ?? []).some((rule) => idOf(rule) === id);
  return (
    <Screen title={title} lead={<a href={hrefOf('rules')}>{t('form.back')}</a>}>
      {error === undefined ? null : <Problem error={error} onRetry={() => void reload()} />}
      {value === undefined && error === undefined ? <Busy /> : null}
      {gone ? <p class="banner warn">{t('form.gone', { id: nameText(id) })}</p> : null}
      {value === undefined || gone ? null : <Form key={id ?? ''} id={id} first={value} />}
    </Screen>
  );
}

function Form({ id, first }: { readonly id: string | undefined; readonly first: Loaded }): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { client, bucket, deployment, announce, mayWrite } = useSession();
  const [loaded, setLoaded] = useState(first);
  const rules = loaded.document?.rules ?? [];
  const before = rules.find((rule) => idOf(rule) === id);
  const [fields, setFields] = useState<RuleFields>(() =>
    before === undefined ? freshRule(rules.map(readFields)) : readFields(before),
  );
  const [uin, setUin] = useState('');
  const { busy, problem, act } = useAct();
  /** The change that is shown before it enables a rule. */
  const [asked, setAsked] = useState<Change>();
  const [shown, setShown] = useState(false);
  const [conflict, setConflict] = useState<Outcome>();

  const needsUin = loaded.document === undefined;
  const others = rules.filter((rule) => rule !== before).map(readFields);
  const findings: Finding[] = [
    ...checkRule(fields, { bucket, deployment, others, before: before && readFields(before) }),
    ...(needsUin && !isUin(uin) ? [{ level: 'error', field: 'uin', text: 'check.uin' } as const] : []),
  ];
  const errors = findings.filter(({ level }) => level === 'error');
  const remarks = remarksOf(telling, findings, shown);
  const change = (changed: Partial<RuleFields>) => setFields((now) => ({ ...now, ...changed }));

  const wanted = (): Change => {
    const written = { rule: writeRule(before, fields), priorities: numberOthers(fields, others) };
    return id === undefined ? { kind: 'add', role: roleOf(uin), ...written } : { kind: 'replace', id, ...written };
  };
  const store = async (made: Change) => {
    await act(async () => {
      const outcome = await changeRules(client, loaded, made);
      setLoaded(outcome.loaded);
      if (outcome.kind === 'stored') {
        announce(t(`rules.done.${made.kind}`, { id: nameText(fields.id) }));
        go('rules');
      } else setConflict(outcome);
    });
    setAsked(undefined);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setShown(true);
    if (errors.length > 0 || busy) focusFirstError();
    else if (coversMore(before && readFields(before), fields)) setAsked(wanted());
    else void store(wanted());
  };

  const parts = { fields, change, remarks };
  return (
    <form class="rule-form" onSubmit={submit} noValidate>
      <div class="form-columns">
        <div>
          <WhichFields {...parts} />
          <WhereFields {...parts} deployment={deployment} source={bucket} />
          <HowFields {...parts} />
          <RuleItselfFields {...parts} uin={needsUin ? { value: uin, change: setUin } : undefined} />
        </div>
        <InWords fields={fields} source={bucket} kept={before === undefined ? [] : otherElements(before)} />
      </div>
      {problem === undefined ? null : <Problem error={problem} />}
      {shown && errors.length > 0 ? (
        <p class="banner bad" role="alert">
          {t('form.wrong', { n: errors.length })}
        </p>
      ) : null}
      <div class="actions form-actions">
        <button type="submit" class="button primary" disabled={busy || !mayWrite}>
          {t(busy ? 'form.saving' : 'form.save')}
        </button>
        <a class="button" href={hrefOf('rules')}>
          {t('do.cancel')}
        </a>
      </div>
      {asked === undefined ? null : (
        <Dialog
          title={t('forecast.ask', { id: nameText(fields.id) })}
          action={t(busy ? 'form.saving' : 'forecast.do')}
          busy={busy}
          onClose={() => setAsked(undefined)}
          onAction={() => void store(asked)}
        >
          <ForecastView
            root={applyChange(loaded.document, asked) ?? { name: '' }}
            destination={`${fields.bucket}@${fields.region}`}
          />
        </Dialog>
      )}
      {conflict === undefined ? null : (
        <Conflict
          outcome={conflict}
          busy={busy}
          onRepeat={() => {
            setConflict(undefined);
            void store(wanted());
          }}
          onClose={() => setConflict(undefined)}
        />
      )}
    </form>
  );
}

/** Whether a change enables a rule, or gives it other objects or another destination than before. */
function coversMore(before: RuleFields | undefined, now: RuleFields): boolean {
  const scope = ({ enabled, prefix, tags, bucket, region, existing }: RuleFields) =>
    JSON.stringify([enabled, prefix, tags, bucket, region, existing]);
  return now.enabled && (before === undefined || scope(before) !== scope(now));
}

/** A new rule with a free name, so that the user need not think of one. */
function freshRule(others: readonly RuleFields[]): RuleFields {
  let id = 'everything';
  for (let n = 2; others.some((other) => other.id === id); n += 1) id = `rule-${n}`;
  return { ...NEW_RULE, id, priority: freshPriority(others) };
}

/** Warnings show at once. Missing fields are named only when the user wants to store. */
function remarksOf({ t }: Telling, findings: readonly Finding[], all: boolean): (field: Finding['field']) => Remark[] {
  return (field) =>
    findings
      .filter((finding) => finding.field === field && (all || finding.level === 'warning' || !isAboutMissing(finding)))
      .map(({ level, text, values = {} }) => {
        const shown = Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? nameText(value) : value]),
        );
        return { level, text: isText(text) ? t(text, shown) : text };
      });
}

const isAboutMissing = ({ text }: Finding): boolean =>
  text === 'check.uin' || text === 'check.id.empty' || text === 'check.bucket.empty' || text === 'check.tags.wrong';

function focusFirstError(): void {
  requestAnimationFrame(() => {
    const wrong = document.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.closest('details')?.setAttribute('open', '');
    wrong?.focus();
  });
}
