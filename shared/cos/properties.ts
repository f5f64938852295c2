import { child, children, textOf } from '../xml/index.ts';
import { failureOfStatus, header, optionalText, readRoot, understand } from './answers.ts';
import { UnusableAnswer } from './calls.ts';
import type { Call, Invoke } from './calls.ts';
import { readGrants } from './grants.ts';
import { reading, requireRequestId, versionQuery } from './objects.ts';
import type { Cos, Grant } from './types.ts';

type Tags = readonly (readonly [string, string])[];

export function propertyCalls(invoke: Invoke): Pick<Cos, 'getTags' | 'getGrants' | 'headBucket' | 'getVersioning'> {
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
          // The object has no ACL of its own; what is listed comes from its bucket.
          if (header(answer, 'x-cos-acl') === 'default') return [];
          return understand(() => readGrants(policy));
        }),
      };
      return invoke(call);
    },

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
  };
}
