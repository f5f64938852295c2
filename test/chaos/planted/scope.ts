import { instead, mistake, without, type Mistake } from './mistake.ts';

/** Mistakes about rules that change, and about objects that are copied in parts. */
export const SCOPE: readonly Mistake[] = [
  mistake(
    'what is written is not held against the rules in force',
    ['rules', 400],
    instead('P29', 'return true;'),
    // Without this, memory that lasts does no harm.
    instead('P29b', 'export const RULES_CACHE_MS = Number.POSITIVE_INFINITY;'),
  ),
  mistake(
    'the tags of a version are not read',
    ['rules', 400],
    instead('P30', 'const winner = rules.find((rule) => covers(rule, { ...entry, tags: rule.tags }));'),
  ),
  mistake('what is older than the rule is copied', ['rules', 400], without('P30b')),
  mistake(
    'what is left of a rule that is gone is not taken up',
    ['rules', 600],
    instead('P31', 'if (group === undefined) return engine.tasks.complete(found);'),
  ),
  mistake('tasks of a rule that is gone stay', ['rules', 400], without('P31b')),
  mistake('uploads that nobody needs any more are not aborted', ['parts', 800], without('P32')),
  mistake('an upload is forgotten instead of aborted', ['parts', 800], without('P32b')),
  mistake('uploads of a rule that is gone stay', ['parts', 1000], without('P32c')),
];
