import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useTelling } from './context.ts';
import { moment } from './time.ts';

interface Props {
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** Buttons beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

let opened = false;

/**
 * One screen. Its heading gets the focus when it opens, so that a screen reader begins there and Tab continues from it.
 */
export function Screen({ title, lead, actions, children }: Props): JSX.Element {
  const { t } = useTelling();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t('app.title')}`;
  }, [title, t]);
  useEffect(() => {
    // Not on the very first screen, where the browser begins at the top of the page by itself.
    if (opened) heading.current?.focus({ preventScroll: true });
    opened = true;
  }, []);
  return (
    <>
      <header class="screen-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead === undefined ? null : <p class="lead">{lead}</p>}
        </div>
        {actions === undefined ? null : <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function MeasuredAt({ time, live = false }: { readonly time: string; readonly live?: boolean }): JSX.Element {
  const telling = useTelling();
  return (
    <p class="fine measured">
      {telling.t('is.measured', { time: moment(telling, time) })}
      {live ? ` · ${telling.t('is.live')}` : ''}
    </p>
  );
}

/** A progress indicator, while there is nothing to show yet. */
export function Busy({ text }: { readonly text?: string }): JSX.Element {
  const { t } = useTelling();
  return (
    <p class="busy-line" role="status">
      <span class="spinner" aria-hidden="true" />
      {text ?? t('is.loading')}
    </p>
  );
}
