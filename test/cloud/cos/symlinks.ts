import { acceptFor } from './accepting.ts';
import { announce } from './events.ts';
import { checkKey, checkNewKey } from './limits.ts';
import { follow } from './reading.ts';
import { invalidArgument } from './refusals.ts';
import type { Core } from './calls.ts';
import { checkOverwrite, etagOf, place } from './writing.ts';
import type { World } from './core-world.ts';

/**
 * Symbolic links: small objects of their own, with versions, whose bytes are the key of their target. Only reading
 * follows them; listings, tags, ACL and deletion concern the link.
 */
export function createSymlinks(world: World): Pick<Core, 'putSymlink' | 'followLink'> {
  return {
    putSymlink(name, region, key, { target, blob }, attributes, options) {
      const bucket = world.bucket(name, region);
      checkNewKey(key, world.switches);
      checkKey(target);
      if (target === key) throw invalidArgument('A symbolic link cannot stand for itself.');
      const accepted = { ...acceptFor(world, bucket, attributes), encryption: undefined };
      checkOverwrite(world, bucket, key, options.forbidOverwrite);
      const etag = etagOf(world, blob, undefined);
      const content = { blob, etag, multipart: false, attributes: accepted, linkTarget: target };
      const version = place(world, bucket, key, content);
      announce(world, bucket, 'ObjectCreated:Put', version, options);
      return version;
    },

    followLink: (name, region, version) => follow(world.bucket(name, region), version),
  };
}
