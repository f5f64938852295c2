import { ROLE } from '../../cloud/job/index.ts';
import { BACKUP } from './rights-world.ts';

const EXISTING = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
const ACL = '<ReplicaAcl><Status>Enabled</Status></ReplicaAcl>';

const ruleOf = (id: string, filter: string): string =>
  `<Rule><ID>${id}</ID><Status>Enabled</Status><Filter>${filter}</Filter>${EXISTING}${ACL}<Destination><Bucket>qcs::cos:${BACKUP.region}::${BACKUP.bucket}</Bucket></Destination></Rule>`;

const RULES = {
  /** Covers no object, so its scan ends at once. */
  none: [ruleOf('none', '<Prefix>none/</Prefix>')],
  all: [
    ruleOf('all', '<Prefix>all/</Prefix>'),
    ruleOf('tagged', '<And><Prefix>picked/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And>'),
  ],
};

/** A document of rules, all with existing objects and ACLs. */
export const rulesOf = (which: keyof typeof RULES): string =>
  `<ReplicationConfiguration><Role>${ROLE}</Role>${RULES[which].join('')}</ReplicationConfiguration>`;
