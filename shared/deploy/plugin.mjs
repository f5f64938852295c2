// The serverless CLI loads plugins from .cjs or .mjs only, and on newer versions of Node by `require`, which refuses a
// top-level await: so the TypeScript is loaded synchronously.
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

register();

export default createRequire(import.meta.url)('./index.ts').default;
