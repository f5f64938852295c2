import { causeOf, digestOfRules, helpWithParts, type Engine } from '../../shared/replication/index.ts';
import { createConfirm, rulesOf } from '../../shared/runs/index.ts';
import { formatPlace } from '../../shared/cos/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { takeHelp, type Help } from '../../shared/tasks/index.ts';
import { CLOSING_MS } from '../../shared/durations/index.ts';

/**
 * Copies parts for the run that has a key. A failure is no reason to repeat the event, because that run copies the
 * missing parts itself. Throws `CosError` if the request for help cannot be read.
 */
export async function giveHelp(engine: Engine, name: string, run: Run): Promise<void> {
  const help = await takeHelp(engine.deps, name);
  if (help === undefined) return;
  const { key, destination, first, last } = help;
  const about = { level: 'info', key, destination: formatPlace(destination), first, last };
  try {
    run.log({ ...about, message: 'helped with parts', ...(await copyParts(engine, help, run)) });
  } catch (error) {
    run.log({ ...about, message: 'could not help with parts', cause: causeOf(error) });
  }
}

/** Copies only by the rules that the upload is made by. */
async function copyParts(engine: Engine, help: Help, run: Run): Promise<{ readonly copied: number }> {
  const asked = engine.now();
  const ruleSet = await engine.rules.getFresh(help.source);
  const group = rulesOf(ruleSet, help);
  if (group === undefined || digestOfRules(engine.deps.hash, group.rules) !== help.rules) return { copied: 0 };
  const isInForce = createConfirm(engine, help, group, { latest: Promise.resolve(ruleSet), asked });
  const travelled = await helpWithParts(engine.deps, help, { stop: run.deadline - CLOSING_MS, isInForce });
  return { copied: travelled?.done ?? 0 };
}
