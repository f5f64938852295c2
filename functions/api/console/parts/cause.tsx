import type { JSX } from 'preact';
import { NETWORK } from '../text/network.ts';
import { isText } from '../text/index.ts';
import type { TextKey } from '../text/index.ts';
import { useTelling } from './context.ts';
import type { Telling } from './context.ts';
import { Name } from './name.tsx';

function known(prefix: 'cause' | 'todo', code: string): TextKey | undefined {
  const key = `${prefix}.${NETWORK.test(code) ? 'network' : code}`;
  return isText(key) ? key : undefined;
}

/** The cause of open work in words, with what to do and the code itself. Codes may be hostile text too. */
export function Cause({ code }: { readonly code: string }): JSX.Element {
  const { t } = useTelling();
  const cause = known('cause', code);
  return (
    <span class="cause">
      <span>{t(cause ?? 'cause.unknown', { code })}</span>{' '}
      <span class="todo">{t(known('todo', code) ?? 'todo.unknown')}</span>{' '}
      {cause === undefined ? null : (
        <code>
          <Name text={code} plain />
        </code>
      )}
    </span>
  );
}

/** The reason why a version gets no replica, in words. */
export function skipText({ t }: Telling, reason: string): string {
  const key = `skip.${reason}`;
  return isText(key) ? t(key) : t('skip.unknown', { code: reason });
}

export function SkipReason({ reason }: { readonly reason: string }): JSX.Element {
  return <span>{skipText(useTelling(), reason)}</span>;
}
