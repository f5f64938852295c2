import { CloudFailure } from '../scf/index.ts';
import type { Cam, LogTopics, Scf } from '../scf/index.ts';
import { createParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';

export interface ActionContext {
  readonly scf: Scf;
  readonly cam: Cam;
  readonly logs: LogTopics;
  /** '' for services that have no regions. */
  readonly region: string;
}

/** One call of the cloud API. */
export interface Action {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** The resource for CAM, behind the account part: `namespace/default/function/api`. */
  resource(parameters: Parameters): string;
  /** Calls a second, where the documented limit is so low that a deployment meets it. */
  readonly perSecond?: number;
  /** The answer without its envelope. Throws `CloudFailure`. */
  run(parameters: Parameters, context: ActionContext): object | Promise<object>;
}

export type Actions = Readonly<Record<string, Action>>;

/**
 * Checks the names of the parameters: required ones must be present and unknown ones must not, because a deployment
 * that relies on an ignored parameter would only fail on the real cloud.
 */
export function checkParameters(action: Action, body: Readonly<Record<string, unknown>>): Parameters {
  const known = new Set([...action.required, ...action.optional]);
  for (const name of Object.keys(body)) {
    if (!known.has(name)) {
      throw new CloudFailure('UnknownParameter', `The parameter \`${name}\` is not recognized or not available here.`);
    }
  }
  for (const name of action.required) {
    if (body[name] === undefined || body[name] === null) {
      throw new CloudFailure('MissingParameter', `The request is missing a required parameter \`${name}\`.`);
    }
  }
  return createParameters(body);
}
