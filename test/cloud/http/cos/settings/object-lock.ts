import { child, textOf } from '../../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../../shared/xml/index.ts';
import { CosFailure } from '../../../cos/index.ts';
import type { CloudResponse } from '../../../types.ts';
import { el, empty, xml } from '../answers.ts';
import { receiveXml } from '../body.ts';
import type { CosCall, Headers } from '../call.ts';
import { failures } from '../failures.ts';
import { versionIdOf } from '../objects.ts';
import { dateOf, wholeNumber } from './numbers.ts';

const MODE = 'x-cos-object-lock-mode';
const UNTIL = 'x-cos-object-lock-retain-until-date';
/** COS's only mode: nobody can shorten a lock. */
const COMPLIANCE = 'COMPLIANCE';

export async function putObjectLock(call: CosCall): Promise<CloudResponse> {
  const document = await receiveXml(call, 'ObjectLockConfiguration');
  if (textOf(document, 'ObjectLockEnabled') !== 'Enabled') throw failures.malformedXml();
  const rule = child(document, 'Rule');
  const retention = rule && child(rule, 'DefaultRetention');
  if (retention !== undefined) checkMode(textOf(retention, 'Mode'));
  const defaultDays = retention && wholeNumber(retention, 'Days');
  call.core.configureBucket(call.bucket, call.region, { objectLock: { defaultDays } });
  return empty();
}

export async function getObjectLock(call: CosCall): Promise<CloudResponse> {
  const { objectLock } = call.core.getSettings(call.bucket, call.region);
  if (objectLock === undefined) throw noLock();
  const { defaultDays } = objectLock;
  const retention = [el('Mode', COMPLIANCE), el('Days', defaultDays ?? '')];
  return xml(
    el('ObjectLockConfiguration', [
      el('ObjectLockEnabled', 'Enabled'),
      defaultDays === undefined ? undefined : el('Rule', [el('DefaultRetention', retention)]),
    ]),
  );
}

export async function putRetention(call: CosCall): Promise<CloudResponse> {
  const document = await receiveXml(call, 'Retention');
  checkMode(textOf(document, 'Mode'));
  const until = dateOf(document, 'RetainUntilDate');
  call.core.putRetention(call.bucket, call.region, call.key, versionIdOf(call), until);
  return empty();
}

export async function getRetention(call: CosCall): Promise<CloudResponse> {
  const { attributes } = call.core.getObject(call.bucket, call.region, call.key, versionIdOf(call));
  if (attributes.lockedUntil === undefined) throw noLock();
  return xml(retentionToXml(attributes.lockedUntil));
}

const retentionToXml = (until: number): XmlElement =>
  el('Retention', [el('Mode', COMPLIANCE), el('RetainUntilDate', new Date(until).toISOString())]);

/** The lock that a write asks for; both headers or neither. */
export function lockFromHeaders(headers: Headers): { lockedUntil?: number } {
  const [mode, text] = [headers.get(MODE), headers.get(UNTIL)];
  if (mode === undefined && text === undefined) return {};
  const lockedUntil = Date.parse(text ?? '');
  if (mode !== COMPLIANCE || Number.isNaN(lockedUntil)) {
    throw failures.invalidArgument(`A lock has the mode ${COMPLIANCE} and a date until which it holds.`);
  }
  return { lockedUntil };
}

export function lockHeaders(until: number | undefined): readonly (readonly [string, string])[] {
  if (until === undefined) return [];
  return [
    [MODE, COMPLIANCE],
    [UNTIL, new Date(until).toISOString()],
  ];
}

function checkMode(mode: string | undefined): void {
  if (mode !== COMPLIANCE) throw failures.malformedXml();
}

const noLock = (): CosFailure =>
  new CosFailure('NoSuchObjectLockConfiguration', 404, 'The object lock configuration does not exist.');
