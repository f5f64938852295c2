import { child, children, textOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { UnusableAnswer } from './calls.ts';
import type { Grant } from './types.ts';

/** The group that stands for everyone. */
export const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers';
/** The same in the older form, as an ID. */
const ANYONE = 'qcs::cam::anyone:anyone';

const PERMISSIONS: ReadonlySet<string> = new Set(['READ', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL']);

/**
 * The grants of an `AccessControlPolicy`. Those of the owner are left out, because a replica's owner has its own. So is
 * `WRITE`: it has no meaning on an object, and no header sets it.
 */
export function readGrants(policy: XmlElement): readonly Grant[] {
  const owner = child(policy, 'Owner');
  const ownerId = owner && textOf(owner, 'ID');
  const list = child(policy, 'AccessControlList');
  return (list ? children(list, 'Grant') : []).flatMap((grant) => {
    const grantee = child(grant, 'Grantee');
    const id = grantee && (textOf(grantee, 'URI') ?? textOf(grantee, 'ID'))?.trim();
    const permission = textOf(grant, 'Permission')?.trim();
    if (!id || !permission) throw new UnusableAnswer('a grant lacks its grantee or its permission');
    if (id === ownerId || !isPermission(permission)) return [];
    return [{ permission, grantee: id === ANYONE ? ALL_USERS : id }];
  });
}

function isPermission(text: string): text is Grant['permission'] {
  return PERMISSIONS.has(text);
}
