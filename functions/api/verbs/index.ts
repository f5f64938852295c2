import type { Verb } from './verb.ts';
import { getDeployment } from './deployment.ts';
import { postDryRun } from './dry-run.ts';
import { getFailures } from './failures.ts';
import { postPreflight } from './preflight.ts';
import { getBucketStatus } from './bucket-status.ts';
import { readCondition } from '../request/condition.ts';
import { deleteReplication, getReplication, putReplication } from './replication.ts';
import { postReattempt } from './reattempt.ts';
import { getScans, postPause, postScan } from './scans.ts';
import { getObjectStatus } from './status.ts';
import { getVerify, postVerify } from './verify.ts';

/** The one sub-resource that COS has as well. */
export const REPLICATION = 'replication';

/** The calls of the API. */
export const VERBS: readonly Verb[] = [
  {
    method: 'PUT',
    subresource: REPLICATION,
    on: 'bucket',
    right: 'write',
    perform: ({ request, source, sender }, options) => putReplication(request, source, { ...options, sender }),
  },
  {
    method: 'GET',
    subresource: REPLICATION,
    on: 'bucket',
    right: 'read',
    perform: ({ source }, options) => getReplication(source, options),
  },
  {
    method: 'DELETE',
    subresource: REPLICATION,
    on: 'bucket',
    right: 'write',
    perform: ({ request, source, sender }, options) =>
      deleteReplication(source, { ...options, sender }, readCondition(request)),
  },
  { method: 'GET', subresource: 'replicationStatus', on: 'object', right: 'read', perform: getObjectStatus },
  { method: 'GET', subresource: 'replicationStatus', on: 'bucket', right: 'read', perform: getBucketStatus },
  { method: 'GET', subresource: 'replicationScans', on: 'bucket', right: 'read', perform: getScans },
  { method: 'POST', subresource: 'replicationScan', on: 'bucket', right: 'write', perform: postScan },
  {
    method: 'POST',
    subresource: 'replicationPause',
    on: 'bucket',
    right: 'write',
    perform: (call, options) => postPause(true, call, options),
  },
  {
    method: 'POST',
    subresource: 'replicationResume',
    on: 'bucket',
    right: 'write',
    perform: (call, options) => postPause(false, call, options),
  },
  { method: 'GET', subresource: 'replicationFailures', on: 'bucket', right: 'read', perform: getFailures },
  { method: 'POST', subresource: 'replicationReattempt', on: 'bucket', right: 'write', perform: postReattempt },
  { method: 'POST', subresource: 'replicationDryRun', on: 'bucket', right: 'read', perform: postDryRun },
  { method: 'POST', subresource: 'replicationVerify', on: 'bucket', right: 'write', perform: postVerify },
  { method: 'GET', subresource: 'replicationVerify', on: 'bucket', right: 'read', perform: getVerify },
  { method: 'POST', subresource: 'replicationPreflight', on: 'bucket', right: 'write', perform: postPreflight },
  {
    method: 'GET',
    subresource: 'replicationDeployment',
    on: 'bucket',
    right: 'read',
    anySource: true,
    perform: async (call, options) => getDeployment(call, options, VERBS),
  },
];
