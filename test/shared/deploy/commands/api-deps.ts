import type { ApiDeps } from '../../../../shared/deploy/commands/ask.ts';
import { sampleSettings } from '../settings.ts';

/** The needs of a command that calls the API, for tests that answer in its place. Waits end at once. */
export const apiDeps = (print: (text: string) => void): ApiDeps & { readonly sleep: () => Promise<void> } => ({
  settings: sampleSettings(),
  keys: { add: () => Promise.reject(new Error('unused')), remove: () => Promise.resolve(true) },
  address: { url: 'https://example.com', endpoint: undefined },
  print,
  sleep: async () => undefined,
});
