import { checkPlace } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { invalid, quote } from './refusal.ts';

/** `qcs::cos:<region>::<bucket>-<appid>`, the documented form. */
const DOCUMENTED = /^qcs::cos:([^:]*)::([^:]+)$/;
/** `qcs:id/0:cos:<region>:appid/<appid>:<bucket>` (.NET always, older samples of iOS, C and Python). */
const BY_APPID = /^qcs:(?:id\/\d+)?:cos:([^:]*):appid\/(\d+):([^:]+)$/;
/** `qcs::cos:<region>:uid/<appid>:<bucket>-<appid>`, as CAM names resources (samples of C++). */
const BY_UID = /^qcs:(?:id\/\d+)?:cos:([^:]*):uid\/(\d+):([^:]+)$/;

/** Names of regions before they were called after cities; samples of older SDKs still use them. */
const OLD_REGIONS: ReadonlyMap<string, string> = new Map([
  ['cn-south', 'ap-guangzhou'],
  ['cn-east', 'ap-shanghai'],
  ['cn-north', 'ap-beijing-1'],
  ['cn-southwest', 'ap-chengdu'],
  ['sg', 'ap-singapore'],
]);

/**
 * The bucket that `Destination/Bucket` names, in any spelling that an official SDK sends. Throws `ServiceError`
 * `TargetBucketNameInvalid` or `InvalidRegionName` (400): hosts are built from these two, so no other text may pass.
 */
export function readDestination(text: string): Place {
  const [, region, bucket] = DOCUMENTED.exec(text) ?? [];
  if (region !== undefined && bucket !== undefined) return check(region, bucket, text);
  const [, oldRegion, appid, name] = BY_APPID.exec(text) ?? BY_UID.exec(text) ?? [];
  if (oldRegion === undefined || appid === undefined || name === undefined) {
    throw invalid(
      'TargetBucketNameInvalid',
      `The destination ${quote(text)} is not of the form qcs::cos:<region>::<bucket>-<appid>.`,
    );
  }
  return check(oldRegion, name.endsWith(`-${appid}`) ? name : `${name}-${appid}`, text);
}

function check(region: string, bucket: string, text: string): Place {
  try {
    return checkPlace({ region: OLD_REGIONS.get(region) ?? region, bucket });
  } catch (cause) {
    const ofRegion = cause instanceof ServiceError && cause.code === 'InvalidRegionName';
    throw invalid(
      ofRegion ? 'InvalidRegionName' : 'TargetBucketNameInvalid',
      `The ${ofRegion ? 'region' : 'bucket'} of the destination ${quote(text)} is not valid.`,
      cause,
    );
  }
}
