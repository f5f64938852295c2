import { causeTexts } from './causes.ts';
import { checkTexts } from './checks.ts';
import { commonTexts } from './common.ts';
import { errorTexts } from './errors.ts';
import { failureTexts } from './failures.ts';
import { forecastTexts } from './forecast.ts';
import { objectTexts } from './object.ts';
import { overviewTexts } from './overview.ts';
import { preflightTexts } from './preflight.ts';
import { ruleTexts } from './rules.ts';
import { signInTexts } from './sign-in.ts';
import { stackTexts } from './stack.ts';
import { statusTexts } from './status.ts';
import { verifyTexts } from './verify.ts';

/** English and Chinese of each text. `{name}` is replaced; `one|several` is chosen by the value of `n`. */
export type Texts = Readonly<Record<string, readonly [english: string, chinese: string]>>;

/** Every text of the page, in both languages. The bundler packs this module separately: see `unpack.ts`. */
export const TEXTS = {
  ...commonTexts,
  ...signInTexts,
  ...overviewTexts,
  ...statusTexts,
  ...ruleTexts,
  ...checkTexts,
  ...forecastTexts,
  ...failureTexts,
  ...objectTexts,
  ...stackTexts,
  ...preflightTexts,
  ...verifyTexts,
  ...causeTexts,
  ...errorTexts,
} as const satisfies Texts;
