import type { Access } from '../types.ts';
import type { Cam } from './cam-types.ts';

/** The keys of several accounts side by side; each judges the rights of its own principals. */
export function accessOf(cams: readonly Cam[]): Access {
  const camOf = (uin: string): Cam | undefined => cams.find((cam) => cam.uin === uin);
  return {
    find: (secretId) => {
      for (const cam of cams) {
        const pair = cam.find(secretId);
        if (pair !== undefined) return pair;
      }
      return undefined;
    },
    allows: (principal, action, resource) => camOf(principal.uin)?.allows(principal, action, resource) ?? false,
    decide: (principal, action, resource) => camOf(principal.uin)?.decide(principal, action, resource) ?? 'none',
  };
}
