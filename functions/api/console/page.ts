/** The console page in the form in which it is sent: one HTML text with everything in it. */
export interface Page {
  readonly html: string;
  /** Content-Security-Policy that allows the script and the style of `html` and nothing else; it talks to `'self'`. */
  readonly policy: string;
  /** Changes with `html`; quoted, for `ETag`. */
  readonly etag: string;
}

/**
 * Put in by the bundler at deployment, which builds the page from this folder. The source by itself has none: a function
 * that was not bundled serves no page.
 */
export const PAGE: Page | undefined = undefined;
