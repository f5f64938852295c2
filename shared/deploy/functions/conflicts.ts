import { CloudApiError } from '../cloud/cloud-api.ts';
import { isMissing, type ListedTrigger, type Scf } from '../cloud/scf.ts';
import { DeployError } from '../error.ts';
import type { DesiredFunction, Trigger } from '../types.ts';
import { describeTrigger, diffTriggers, readTrigger } from './triggers.ts';

type CosTrigger = Extract<Trigger, { readonly type: 'cos' }>;

/**
 * COS sends an event of a bucket to one function only. Throws `DeployError` when a foreign function, for example of
 * another stage, already has a trigger that conflicts with a new one. Changes nothing. `leftOver`: functions whose
 * triggers are removed before new ones are made.
 */
export async function checkConflicts(
  functions: readonly DesiredFunction[],
  leftOver: readonly string[],
  scf: Scf,
): Promise<void> {
  const missing: CosTrigger[] = [];
  for (const { name, triggers } of functions) {
    const { create } = diffTriggers(triggers, await triggersOf(name, scf));
    missing.push(...create.filter((trigger) => trigger.type === 'cos'));
  }
  // A deployment that has all its triggers reads no foreign function.
  if (missing.length === 0) return;
  const own = new Set([...functions.map(({ name }) => name), ...leftOver]);
  for (const name of await scf.named('')) {
    if (own.has(name)) continue;
    for (const listed of await triggersOf(name, scf)) {
      const theirs = readTrigger(listed);
      if (theirs?.type !== 'cos') continue;
      const ours = missing.find((trigger) => overlaps(trigger, theirs));
      if (ours !== undefined) throw conflict(ours, name, theirs);
    }
  }
}

/** Empty for a function that is gone, or that this user may not read: COS itself then refuses the trigger. */
async function triggersOf(name: string, scf: Scf): Promise<readonly ListedTrigger[]> {
  return scf.triggers(name).catch((error: unknown) => {
    const hidden =
      error instanceof CloudApiError && /^(UnauthorizedOperation|AuthFailure\.Unauthorized)/.test(error.code);
    if (hidden || isMissing(error)) return [];
    throw error;
  });
}

/** Whether some write could fire both. */
function overlaps(a: CosTrigger, b: CosTrigger): boolean {
  return (
    a.bucket === b.bucket &&
    a.region === b.region &&
    (covers(a.event, b.event) || covers(b.event, a.event)) &&
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))
  );
}

/** `cos:ObjectCreated:*` covers every `cos:ObjectCreated:…`. */
function covers(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(':*') && event.startsWith(pattern.slice(0, -1)));
}

function conflict(ours: CosTrigger, name: string, theirs: CosTrigger): DeployError {
  return new DeployError(
    `The function ${name} has the trigger "${describeTrigger(theirs)}", and COS hands an event of a bucket to one function only, so this stage cannot have "${describeTrigger(ours)}": nothing was changed. If another stage of this service made that function, give this stage other buckets in serverless.yml, or run "npx serverless remove" for the other stage; otherwise delete that trigger in the SCF console. Then deploy again.`,
    'TRIGGER_TAKEN',
  );
}
