import { codeOfRegion, parsePlace, regionFromCode, type Place } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { DeployError } from '../error.ts';
import type { Locate } from './locate.ts';
import { shown } from './shown.ts';

const FORM = '<name>-<appid>@<region>, for example photos-1250000000@ap-guangzhou';

/** The setting that a list of buckets comes from, and the accepted regions. */
export interface ListContext {
  readonly setting: 'sources' | 'destinations';
  /** Regions that the user added to those of this release. */
  readonly regions: readonly string[];
  readonly locate: Locate;
}

/** Reads a list of buckets from serverless.yml. Throws `DeployError` with the value, the form and the line to change. */
export function readPlaces(value: unknown, context: ListContext): Place[] {
  const { setting, locate } = context;
  if (!Array.isArray(value) || value.length === 0) {
    throw new DeployError(
      `${locate([setting])}: ${setting} must be a list of one bucket or more; write each as "- ${FORM}".`,
      'NO_BUCKETS',
    );
  }
  const list = value.map((text: unknown, index) => readPlace(text, index, context));
  const twice = list.findIndex(({ bucket }, index) => list.findIndex((one) => one.bucket === bucket) < index);
  if (twice !== -1) {
    throw new DeployError(
      `${locate([setting, twice])}: ${list[twice]?.bucket} is listed twice under ${setting}; take one line out.`,
      'LISTED_TWICE',
    );
  }
  return list;
}

function readPlace(value: unknown, index: number, { setting, regions, locate }: ListContext): Place {
  const where = locate([setting, index]);
  const refuse = (reason: string, code = 'BAD_BUCKET'): never => {
    throw new DeployError(`${where}: ${shown(value)} under ${setting} ${reason}`, code);
  };
  if (typeof value !== 'string') return refuse(`is not a bucket. Write ${FORM}.`);
  const hint = hintOf(value);
  if (hint !== undefined) return refuse(hint);
  let place: Place;
  try {
    place = parsePlace(value);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return refuse(`is not a bucket: ${error.message}. Write ${FORM}.`, error.code);
  }
  if (codeOfRegion(place.region) === undefined && !regions.includes(place.region)) {
    return refuse(
      `names the region ${place.region}, which this release does not know. Correct it, or, if COS has opened it since, add "regions: [${place.region}]" to serverless.yml.`,
      'UNKNOWN_REGION',
    );
  }
  return place;
}

/** A common mistake in the text; undefined when there is none of these. */
function hintOf(text: string): string | undefined {
  const qcs = /^qcs::cos:([a-z0-9-]+)::([^/]+?)\/?$/.exec(text);
  if (qcs) return `is the form of rules. Write "${qcs[2]}@${qcs[1]}" here.`;
  const [name = '', region, ...rest] = text.split('@');
  if (region === undefined) return `lacks the region. Write ${FORM}.`;
  if (rest.length > 0) return `has more than one "@". Write ${FORM}.`;
  if (!/-\d+$/.test(name)) {
    return `lacks the account: the bucket's whole name ends in "-" and the APPID, as the COS console shows it. Write ${FORM}.`;
  }
  if (name !== name.toLowerCase()) return `has capital letters, which bucket names do not have. Write ${FORM}.`;
  const full = regionFromCode(region) ?? ['ap', 'na', 'eu', 'sa'].map((zone) => `${zone}-${region}`).find(codeOfRegion);
  if (full !== undefined) return `shortens the region. Write "${name}@${full}".`;
  return undefined;
}
