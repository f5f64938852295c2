import type { JSX } from 'preact';
import type { DestinationState } from '../../scan-schemas.ts';
import { useTelling } from '../parts/context.ts';
import type { Telling } from '../parts/context.ts';
import { bytes } from '../parts/size.ts';
import { Table } from '../parts/table.tsx';
import { moment } from '../parts/time.ts';
import { formatNumber } from '../text/index.ts';

type Side = NonNullable<DestinationState['sides']>['source'];

/**
 * The content of both sides by the last scan, the lifecycles that bound it, and the versions at the destination that no
 * rule has replicated.
 */
export function Sides({ one: { sides, leftAlone } }: { readonly one: DestinationState }): JSX.Element | null {
  const telling = useTelling();
  const { t, language } = telling;
  if (sides === null) return null;
  const amount = ({ versions, bytes: size }: { versions: number; bytes: number }) =>
    `${formatNumber(language, versions)} · ${bytes(language, size)}`;
  return (
    <>
      <Table
        caption={t('status.sides')}
        columns={(['side', 'current', 'older', 'markers', 'lifecycle'] as const).map((name) => ({
          label: t(`status.${name}`),
        }))}
        rows={(['source', 'destination'] as const).map((name) => ({
          key: name,
          cells: [
            t(`overview.role.${name}`),
            amount(sides[name].current),
            amount(sides[name].older),
            formatNumber(language, sides[name].deleteMarkers),
            boundsOf(telling, sides[name]),
          ],
        }))}
      />
      {leftAlone === null || leftAlone.versions === 0 ? null : (
        <p class="fine">{t('status.left', { n: leftAlone.versions })}</p>
      )}
    </>
  );
}

function boundsOf(telling: Telling, { lifecycle }: Side): string {
  const { t } = telling;
  if (lifecycle === null) return t('versioning.unknown');
  const said = (['current', 'older'] as const).flatMap((age) =>
    lifecycle[age].map(({ rule, prefix, days, date }) =>
      t(`status.bound.${age}`, {
        rule: prefix === '' ? rule : `${rule} (${prefix})`,
        time: days === undefined ? moment(telling, date ?? '') : t('time.d', { n: days }),
      }),
    ),
  );
  return said.length + lifecycle.more === 0
    ? t('status.bound.none')
    : said.join('; ') + (lifecycle.more > 0 ? ' …' : '');
}
