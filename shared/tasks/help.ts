import { JSON_BODY, readPlace } from '../cos/index.ts';
import { count, decodeState, encodeState, number, object, text } from '../shape/index.ts';
import { readUpload } from './documents.ts';
import { digestOfTarget, helpName } from './names.ts';
import type { StateDeps, Target, Upload } from './types.ts';

/**
 * Asks another run to copy some parts of an open upload. It is not a task: without it the same parts are copied later.
 */
export interface Help extends Target {
  readonly upload: Upload;
  /** A digest of the rules by which the upload was begun or continued. */
  readonly rules: string;
  /** Numbers of the first and the last part. */
  readonly first: number;
  readonly last: number;
  /** Time in ms since 1970 by which each part must be copied; no part is begun that would take longer. */
  readonly until: number;
}

const helpDocument = object<Help>({
  source: readPlace,
  destination: readPlace,
  key: text(),
  upload: readUpload,
  rules: text(),
  first: count,
  last: count,
  until: number,
});

type Deps = Pick<StateDeps, 'cos' | 'state' | 'hash' | 'unique'>;

/** Starts a run that helps. Throws `CosError`. */
export async function askForHelp({ cos, state, hash, unique }: Deps, help: Help): Promise<void> {
  const name = helpName(digestOfTarget(help, hash), unique());
  await cos.putObject(state, name, encodeState(help), JSON_BODY);
}

/**
 * Removes a request for help before it is served, so that nothing is left of it whatever happens to this run. Undefined
 * when it was already taken. Throws `CosError`, `InvalidStateObject`.
 */
export async function takeHelp({ cos, state }: Pick<Deps, 'cos' | 'state'>, name: string): Promise<Help | undefined> {
  const found = await cos.getObject(state, name);
  if (found === undefined) return undefined;
  await cos.deleteObject(state, name);
  return decodeState(name, found.body, helpDocument);
}
