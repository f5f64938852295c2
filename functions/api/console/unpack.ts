import { inflateRawSync } from 'node:zlib';
import type { Page } from './page.ts';

/** The page as the bundler packs it (deflated, in base64), unpacked when it is first asked for. */
export function unpackPage(told: Omit<Page, 'html'>, packed: string): Page {
  let html: string | undefined;
  return {
    ...told,
    get html() {
      return (html ??= inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8'));
    },
  };
}
