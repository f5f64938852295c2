import type { JSX } from 'preact';
import type { ApiError } from '../client/error.ts';
import { isText } from '../text/index.ts';
import { useTelling } from './context.ts';
import type { Telling } from './context.ts';
import { Icon } from './icon.tsx';
import { Name } from './name.tsx';

interface Props {
  readonly error: ApiError;
  readonly onRetry?: () => void;
}

/** A failed call: its meaning, the message of the API, and the request ID by which its operator finds it in the log. */
export function Problem({ error, onRetry }: Props): JSX.Element {
  const telling = useTelling();
  const { t } = telling;
  const { code, status, requestId, message } = error;
  // The API's own message says more than ours, but only in English.
  const own = status === 0 || message === '';
  return (
    <div class="problem" role="alert">
      <p class="problem-title">
        <Icon name="warn" /> {describe(telling, error)}
      </p>
      {own ? null : (
        <p>
          <span lang="en">{t('error.says', { message: '' })}</span>
          <Name text={message} plain />
        </p>
      )}
      <p class="fine">
        <Name text={t('error.code', { code })} plain />
        {status === 0 ? null : ` · ${t('error.status', { status: String(status) })}`}
        {requestId === undefined ? null : (
          <>
            {' · '}
            <Name text={t('error.request', { id: requestId })} plain />
          </>
        )}
      </p>
      {onRetry === undefined ? null : (
        <button type="button" class="button" onClick={onRetry}>
          <Icon name="retry" /> {t('do.retry')}
        </button>
      )}
    </div>
  );
}

function describe({ t }: Telling, { code, status, message }: ApiError): string {
  if (code === 'RequestTimeTooSkewed' || message === 'Request has expired') return t('error.expired');
  const key = `error.${code}`;
  if (isText(key)) return t(key);
  return t(status >= 500 ? 'error.server' : 'error.unknown');
}
