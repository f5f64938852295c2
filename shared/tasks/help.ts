import { JSON_BODY, readPlace } from '../cos/index.ts';
import { count, decodeState, encodeState, number, object, text } from '../shape/index.ts';
import { readUpload } from './documents.ts';
import { digestOfTarget, helpName } from './names.ts';
import type { StateDeps, Target, Upload } from './types.ts';

/** Asks another run to copy some parts of an open upload. It is no work: without it the same is done, only later. */
export interface Help extends Target {
  readonly upload: Upload;
  /** A digest of the rules that the upload was begun or gone on with by. */
  readonly rules: string;
  /** Numbers of the first and the last part. */
  readonly first: number;
  readonly last: number;
  /** ms since 1970: no part is begun that would not be there by then. */
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
 * Takes what somebody asked for away before it is done, so that nothing is left of it whatever becomes of this run. Undefined:
 * it was taken already. Throws `CosError`, `InvalidStateObject`.
 */
export async function takeHelp({ cos, state }: Pick<Deps, 'cos' | 'state'>, name: string): Promise<Help | undefined> {
  const found = await cos.getObject(state, name);
  if (found === undefined) return undefined;
  await cos.deleteObject(state, name);
  return decodeState(name, found.body, helpDocument);
}
