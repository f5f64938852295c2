/** The console page as it is sent: one HTML text with everything in it. */
export interface Page {
  readonly html: string;
  /** Content-Security-Policy that allows only the script and the style of `html`; connections go to `'self'`. */
  readonly policy: string;
  /** Changes with `html`; quoted, for `ETag`. */
  readonly etag: string;
}

/**
 * Set by the bundler at deployment, which builds the page from this folder. In the source it is undefined: a function
 * that was not bundled serves no page.
 */
export const PAGE: Page | undefined = undefined;
