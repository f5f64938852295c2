import { ServiceError } from '../../../shared/errors/index.ts';
import { parseRules } from '../../../shared/rules/index.ts';
import type { DocumentRule, Rule } from '../../../shared/rules/index.ts';

export const SOURCE = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const OTHER = { bucket: 'other-1251111111', region: 'eu-frankfurt' };
export const ROLE = 'qcs::cam::uin/100000000001:uin/100000000001';

export function documentRule(change: Partial<DocumentRule> = {}): DocumentRule {
  return {
    id: 'rule-1',
    enabled: true,
    priority: 0,
    prefix: '',
    tags: [],
    destination: BACKUP,
    storageClass: undefined,
    kmsKeyId: undefined,
    kmsObjects: false,
    deleteMarkers: true,
    replicaAcl: false,
    existing: undefined,
    ...change,
  };
}

export function rule(change: Partial<Rule> = {}): Rule {
  return { ...documentRule(change), start: 0, deleteMarkersSince: 0, ...change };
}

/** A configuration with these rules, written as XML. */
export function configuration(...rules: string[]): string {
  return `<ReplicationConfiguration><Role>${ROLE}</Role>${rules.map((text) => `<Rule>${text}</Rule>`).join('')}</ReplicationConfiguration>`;
}

export const DESTINATION = '<Destination><Bucket>qcs::cos:ap-shanghai::backup-1250000000</Bucket></Destination>';
/** The shortest rule with an ID and a Priority of its own: the n-th of several for the whole bucket, from 0 on. */
export const numbered = (n: number, id = `r${n}`): string =>
  `<ID>${id}</ID><Priority>${n + 1}</Priority><Status>Enabled</Status>${DESTINATION}`;
export const MINIMAL = `<ID>rule-1</ID><Status>Enabled</Status>${DESTINATION}`;

/** The document of an accepted configuration. */
export const givenBack = (body: Uint8Array | string): string => parseRules(body).xml.join('');

/** The error code with which a configuration is refused. */
export function codeOf(text: string): string {
  try {
    parseRules(text);
  } catch (error) {
    if (error instanceof ServiceError && error.status === 400) return error.code;
    throw error;
  }
  return 'accepted';
}
