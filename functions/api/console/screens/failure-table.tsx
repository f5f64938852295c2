import type { ComponentChildren, JSX } from 'preact';
import type { Failures } from '../../schemas.ts';
import { Cause } from '../parts/cause.tsx';
import { useTelling } from '../parts/context.ts';
import { Name, nameText } from '../parts/name.tsx';
import { WorkState } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { ahead, duration, moment } from '../parts/time.ts';
import { hrefOf } from '../route.ts';

interface Props {
  readonly page: Failures;
  /** Undefined when the key may not. */
  readonly onRetry: ((key: string) => void) | undefined;
}

export function FailureTable({ page: { items, measuredAt }, onRetry }: Props): JSX.Element {
  const { t } = useTelling();
  return (
    <div class="table-frame">
      <Table
        columns={[
          { label: t('failures.key'), class: 'cell-key' },
          { label: t('failures.state') },
          { label: t('failures.cause'), class: 'cell-cause' },
          { label: t('failures.when'), class: 'cell-when' },
          ...(onRetry === undefined ? [] : [{ label: t('do.retry'), class: 'cell-action', quiet: true as const }]),
        ]}
        rows={items.map((item) => ({
          key: `${item.key}\n${item.destination}`,
          cells: cellsOf({ item, measuredAt, onRetry }),
        }))}
      />
    </div>
  );
}

interface RowProps {
  readonly item: Failures['items'][number];
  readonly measuredAt: string;
  readonly onRetry: Props['onRetry'];
}

function cellsOf({ item, measuredAt, onRetry }: RowProps): ComponentChildren[] {
  const { key, destination, state, cause } = item;
  return [
    <>
      <a href={hrefOf('object', { key })}>
        <Name text={key} />
      </a>
      <span class="cell-to">→ {destination}</span>
    </>,
    <WorkState state={state} />,
    <Cause code={cause} />,
    <When item={item} measuredAt={measuredAt} />,
    ...(onRetry === undefined ? [] : [<Retry objectKey={key} onRetry={onRetry} />]),
  ];
}

function When({ item: { attempts, ageMs, nextTry }, measuredAt }: Omit<RowProps, 'onRetry'>): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  return (
    <>
      <span>{t('failures.tries', { n: attempts })}</span>
      <span>{t('failures.age', { time: duration(telling, ageMs) })}</span>
      {nextTry === undefined ? null : (
        <time dateTime={nextTry} title={moment(telling, nextTry)}>
          {t('failures.next', { time: ahead(telling, nextTry, measuredAt) })}
        </time>
      )}
    </>
  );
}

function Retry({
  objectKey,
  onRetry,
}: {
  readonly objectKey: string;
  readonly onRetry: (key: string) => void;
}): JSX.Element {
  const { t } = useTelling();
  return (
    <button
      type="button"
      class="button small"
      aria-label={t('failures.retry.one', { key: nameText(objectKey) })}
      onClick={() => onRetry(objectKey)}
    >
      {t('do.retry')}
    </button>
  );
}
