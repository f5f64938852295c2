import type { JSX } from 'preact';
import type { Failures } from '../../schemas.ts';
import { Cause } from '../parts/cause.tsx';
import { useTelling } from '../parts/context.ts';
import { Name, nameText } from '../parts/name.tsx';
import { WorkState } from '../parts/state.tsx';
import { ahead, duration, moment } from '../parts/time.ts';
import { hrefOf } from '../route.ts';

interface Props {
  readonly pages: readonly Failures[];
  /** Undefined: the key may not. */
  readonly onRetry: ((key: string) => void) | undefined;
}

const COLUMNS = ['key', 'state', 'cause', 'when'] as const;

export function FailureTable({ pages, onRetry }: Props): JSX.Element {
  const { t } = useTelling();
  return (
    <div class="table-frame">
      <table class="table stack" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((name) => (
              <th key={name} scope="col" role="columnheader">
                {t(`failures.${name}`)}
              </th>
            ))}
            {onRetry === undefined ? null : (
              <th scope="col" role="columnheader">
                <span class="sr-only">{t('do.retry')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {pages.map((page) =>
            page.items.map((item) => (
              <Row
                key={`${item.key}\n${item.destination}`}
                item={item}
                measuredAt={page.measuredAt}
                onRetry={onRetry}
              />
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly item: Failures['items'][number];
  readonly measuredAt: string;
  readonly onRetry: Props['onRetry'];
}

function Row({ item, measuredAt, onRetry }: RowProps): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { key, destination, state, cause, attempts, ageMs, nextTry } = item;
  return (
    <tr role="row">
      <th scope="row" role="rowheader" class="cell-key">
        <a href={hrefOf('object', { key })}>
          <Name text={key} />
        </a>
        <span class="cell-to">→ {destination}</span>
      </th>
      <td role="cell" data-label={t('failures.state')}>
        <WorkState state={state} />
      </td>
      <td role="cell" data-label={t('failures.cause')} class="cell-cause">
        <Cause code={cause} />
      </td>
      <td role="cell" class="cell-when">
        <span>{t('failures.tries', { n: attempts })}</span>
        <span>{t('failures.age', { time: duration(telling, ageMs) })}</span>
        {nextTry === undefined ? null : (
          <time dateTime={nextTry} title={moment(telling, nextTry)}>
            {t('failures.next', { time: ahead(telling, nextTry, measuredAt) })}
          </time>
        )}
      </td>
      {onRetry === undefined ? null : (
        <td role="cell" class="cell-action">
          <button
            type="button"
            class="button small"
            aria-label={t('failures.retry.one', { key: nameText(key) })}
            onClick={() => onRetry(key)}
          >
            {t('do.retry')}
          </button>
        </td>
      )}
    </tr>
  );
}
