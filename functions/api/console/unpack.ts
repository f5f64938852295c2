import { inflateRawSync } from 'node:zlib';
import type { Page } from './page.ts';

/** Unpacks the page from the bundler's form (deflated, in base64) when it is first requested. */
export function unpackPage(told: Omit<Page, 'html'>, packed: string): Page {
  let html: string | undefined;
  return {
    ...told,
    get html() {
      return (html ??= inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8'));
    },
  };
}
