import { child, children, textOf, writeXml } from '../xml/index.ts';
import { failureOfStatus, header, optionalText, readRoot, understand } from './answers.ts';
import { UnusableAnswer } from './calls.ts';
import { grantHeaders } from './attributes.ts';
import type { Call, Invoke } from './calls.ts';
import { readGrants } from './grants.ts';
import { reading, requireRequestId, versionQuery } from './objects.ts';
import { readExpiries } from './expiries.ts';
import type { Cos, Expiry, Grant } from './types.ts';

/** In lower case, because SDKs and the API page disagree about the case of the n in the middle. */
const NO_REPLICATION = 'replicationconfigurationnotfounderror';

type Tags = readonly (readonly [string, string])[];

type PropertyCalls = Pick<
  Cos,
  | 'getTags'
  | 'getGrants'
  | 'putTags'
  | 'putGrants'
  | 'headBucket'
  | 'getVersioning'
  | 'isSymlink'
  | 'hasNativeReplication'
  | 'getExpiries'
>;

export function propertyCalls(invoke: Invoke): PropertyCalls {
  return {
    getTags: (place, key, versionId) => {
      const call: Call<Tags> = {
        method: 'GET',
        place,
        key,
        query: [['tagging', ''], ...versionQuery(versionId)],
        effect: 'read',
        accepts: [404],
        reader: reading((answer) => {
          if (answer.status === 404) {
            const failure = failureOfStatus(call, answer);
            if (failure.code === 'NoSuchTagSet') return [];
            throw failure;
          }
          const tagging = readRoot(call, answer, 'Tagging');
          return understand(() => {
            const set = child(tagging, 'TagSet');
            return (set ? children(set, 'Tag') : []).map((tag) => [
              textOf(tag, 'Key') ?? '',
              textOf(tag, 'Value') ?? '',
            ]);
          });
        }),
      };
      return invoke(call);
    },

    getGrants: (place, key, versionId) => {
      const call: Call<readonly Grant[]> = {
        method: 'GET',
        place,
        key,
        query: [['acl', ''], ...versionQuery(versionId)],
        effect: 'read',
        reader: reading((answer) => {
          const policy = readRoot(call, answer, 'AccessControlPolicy');
          // The object has no ACL of its own; the answer lists that of its bucket.
          if (header(answer, 'x-cos-acl') === 'default') return [];
          return understand(() => readGrants(policy));
        }),
      };
      return invoke(call);
    },

    putTags: (place, key, versionId, tags) =>
      invoke<void>({
        // COS has a request of its own that removes all tags, and documents no empty set.
        method: tags.length === 0 ? 'DELETE' : 'PUT',
        place,
        key,
        query: [['tagging', ''], ...versionQuery(versionId)],
        ...(tags.length === 0 ? {} : { headers: [['Content-Type', 'application/xml']], body: taggingOf(tags) }),
        effect: 'repeatable',
        reader: reading(requireRequestId),
      }),

    putGrants: async (place, key, versionId, grants) =>
      invoke<void>({
        method: 'PUT',
        place,
        key,
        query: [['acl', ''], ...versionQuery(versionId)],
        headers: grants.length === 0 ? [['x-cos-acl', 'default']] : grantHeaders(grants),
        effect: 'repeatable',
        reader: reading(requireRequestId),
      }),

    headBucket: (place) =>
      invoke({
        method: 'HEAD',
        place,
        effect: 'read',
        accepts: [403, 404],
        reader: reading((answer) => {
          requireRequestId(answer);
          if (answer.status === 404) return 'missing';
          return answer.status === 403 ? 'forbidden' : 'exists';
        }),
      }),

    getVersioning: (place) => {
      const call: Call<'Enabled' | 'Suspended' | undefined> = {
        method: 'GET',
        place,
        query: [['versioning', '']],
        effect: 'read',
        reader: reading((answer) => {
          const status = optionalText(readRoot(call, answer, 'VersioningConfiguration'), 'Status');
          if (status === undefined || status === 'Enabled' || status === 'Suspended') return status;
          throw new UnusableAnswer('the versioning status is neither Enabled nor Suspended');
        }),
      };
      return invoke(call);
    },

    isSymlink: (place, key, versionId) =>
      invoke({
        method: 'GET',
        place,
        key,
        query: [['symlink', ''], ...versionQuery(versionId)],
        effect: 'read',
        // COS does not document its answer for an object that is no link, and a role may lack the right to ask.
        accepts: [400, 403, 404, 405],
        reader: reading((answer) => {
          requireRequestId(answer);
          return answer.status < 300 && header(answer, 'x-cos-symlink-target') !== undefined;
        }),
      }),

    hasNativeReplication: (place) => {
      const call: Call<boolean> = {
        method: 'GET',
        place,
        query: [['replication', '']],
        effect: 'read',
        accepts: [404],
        reader: reading((answer) => {
          if (answer.status === 404) {
            const failure = failureOfStatus(call, answer);
            if (failure.code.toLowerCase() === NO_REPLICATION) return false;
            throw failure;
          }
          readRoot(call, answer, 'ReplicationConfiguration');
          return true;
        }),
      };
      return invoke(call);
    },

    getExpiries: (place) => {
      const call: Call<readonly Expiry[]> = {
        method: 'GET',
        place,
        query: [['lifecycle', '']],
        effect: 'read',
        accepts: [404],
        reader: reading((answer) => {
          if (answer.status === 404) {
            const failure = failureOfStatus(call, answer);
            if (failure.code === 'NoSuchLifecycleConfiguration') return [];
            throw failure;
          }
          const lifecycle = readRoot(call, answer, 'LifecycleConfiguration');
          return understand(() => readExpiries(lifecycle));
        }),
      };
      return invoke(call);
    },
  };
}

function taggingOf(tags: Tags): Uint8Array {
  const set = tags.map(([name, value]) => ({
    name: 'Tag',
    children: [
      { name: 'Key', text: name },
      { name: 'Value', text: value },
    ],
  }));
  return new TextEncoder().encode(writeXml({ name: 'Tagging', children: [{ name: 'TagSet', children: set }] }));
}
