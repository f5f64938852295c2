import { mistake, type Mistake } from './mistake.ts';

const CONVERGE = 'shared/replication/converge.ts';
const TASK = 'functions/task/handler.ts';

/** Rules that change, and objects that are copied in parts. */
export const SCOPE: readonly Mistake[] = [
  mistake(
    'what is written is not held against the rules of this moment',
    ['rules', 400],
    // Without this, memory that lasts does no harm.
    ['shared/rules/store.ts', 'const RULES_CACHE_TIME = 10_000;', 'const RULES_CACHE_TIME = Number.POSITIVE_INFINITY;'],
    ['shared/runs/confirm-rules.ts', 'return standing;', 'return true;'],
  ),
  mistake(
    'what is left of a rule that is gone is not taken up',
    ['rules', 600],
    [
      TASK,
      'if (group === undefined) return drop(engine, found, named.task, run);',
      'if (group === undefined) return engine.tasks.complete(found);',
    ],
  ),
  mistake('tasks of a rule that is gone stay', ['rules', 400], [TASK, 'await engine.tasks.complete(found);', '']),
  mistake(
    'the tags of a version are not read',
    ['rules', 400],
    ['shared/rules/match.ts', 'tags: entry.tags ?? rule.tags', 'tags: rule.tags'],
  ),
  mistake(
    'what is older than the rule is copied',
    ['rules', 400],
    ['shared/rules/match.ts', 'if (entry.time < rule.start && !coversExisting(rule, entry)) return false;', ''],
  ),
  mistake(
    'uploads that nobody needs any more are not aborted',
    ['parts', 800],
    [CONVERGE, 'if (!examined.truncated) await abandonUploads(run);', ''],
  ),
  mistake(
    'an upload is forgotten instead of aborted',
    ['parts', 800],
    [
      'shared/replication/act/multipart/uploads.ts',
      "await harmless(() => at('destination', () => abort(run.deps.cos, run.work, upload)));",
      '',
    ],
  ),
  mistake(
    'uploads of a rule that is gone stay',
    ['parts', 1000],
    [TASK, 'await engine.abandon(found.map((one) => one.task));', ''],
  ),
];
