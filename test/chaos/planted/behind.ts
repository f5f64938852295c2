import { before, instead, mistake, type Mistake } from './mistake.ts';

/** Mistakes about work that is left to a scan while a pair is behind. */
export const BEHIND: readonly Mistake[] = [
  mistake(
    'a scan that began before the last failure counts as the repair',
    ['behind', 300],
    instead('P40', 'const from = 1;'),
  ),
  mistake(
    'a pair stops being behind when the destination answers, without a scan',
    ['behind', 300],
    before('P40b', 'if (behind.answers) { await engine.behind.end(this.#pair, behind.id); return undefined; }'),
  ),
];
