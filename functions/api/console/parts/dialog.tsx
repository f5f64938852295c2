import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useTelling } from './context.ts';

interface Props {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  /** Label of the button that goes on; undefined when there is only text to read. */
  readonly action?: string | undefined;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly onAction?: () => void;
  readonly onClose: () => void;
}

/** Asks before an action. The browser's own dialog keeps the focus inside and then gives it back. */
export function Dialog({
  title,
  children,
  action,
  danger = false,
  busy = false,
  onAction,
  onClose,
}: Props): JSX.Element {
  const { t } = useTelling();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opened = dialog.current;
    const before = document.activeElement;
    if (opened !== null && !opened.open) opened.showModal();
    return () => {
      opened?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      <div class="dialog-body">{children}</div>
      <div class="actions end">
        <button type="button" class="button" disabled={busy} onClick={onClose}>
          {t(action === undefined ? 'do.close' : 'do.cancel')}
        </button>
        {action === undefined ? null : (
          <button type="button" class={danger ? 'button danger' : 'button primary'} disabled={busy} onClick={onAction}>
            {action}
          </button>
        )}
      </div>
    </dialog>
  );
}
