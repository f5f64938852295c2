import type { ComponentChildren, JSX } from 'preact';

export interface Column {
  readonly label: string;
  readonly class?: string;
  /** Only for screen readers: the cells need no visible label. */
  readonly quiet?: true;
}

interface Props {
  readonly caption?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly {
    readonly key: string;
    readonly cells: readonly ComponentChildren[];
    readonly class?: string;
  }[];
}

/**
 * A table whose first column names the rows. On a phone each row becomes a block with labels beside the values. The
 * roles are explicit because browsers drop them with the layout.
 */
export function Table({ caption, columns, rows }: Props): JSX.Element {
  return (
    <table class="table stack" role="table">
      {caption === undefined ? null : <caption class="sr-only">{caption}</caption>}
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, quiet }) => (
            <th key={label} scope="col" role="columnheader">
              {quiet === true ? <span class="sr-only">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells, class: kind }) => (
          <tr key={key} role="row" class={kind}>
            {cells.map((cell, at) => {
              const { label, quiet, class: name } = columns[at] ?? { label: '' };
              return at === 0 ? (
                <th scope="row" role="rowheader" class={name}>
                  {cell}
                </th>
              ) : (
                <td role="cell" class={name} data-label={quiet === true ? undefined : label}>
                  {cell}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
