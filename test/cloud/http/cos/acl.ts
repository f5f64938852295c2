import { child, children, textOf } from '../../../../shared/xml/index.ts';
import type { XmlElement } from '../../../../shared/xml/index.ts';
import type { StoredAcl } from '../../cos/index.ts';
import { el } from './answers.ts';
import { ALL_USERS } from './authorize.ts';
import type { Account, Headers } from './call.ts';
import { failures } from './failures.ts';

type Canned = StoredAcl['canned'];

const CANNED: Readonly<Record<'bucket' | 'object', readonly Canned[]>> = {
  bucket: ['private', 'public-read', 'public-read-write'],
  object: ['default', 'private', 'public-read'],
};
const GRANT_HEADERS = [
  ['x-cos-grant-read', 'READ'],
  ['x-cos-grant-write', 'WRITE'],
  ['x-cos-grant-read-acp', 'READ_ACP'],
  ['x-cos-grant-write-acp', 'WRITE_ACP'],
  ['x-cos-grant-full-control', 'FULL_CONTROL'],
] as const;
/** An account, one of its sub-accounts, or one of its roles. */
const ACCOUNT = /^qcs::cam::uin\/\d+:(?:uin\/\d+|roleName\/[\w+=,.@-]+)$/;
const GROUP = /^http:\/\/cam\.qcloud\.com\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/;
const PERMISSIONS = new Set<string>(GRANT_HEADERS.map(([, permission]) => permission));

/** `fallback` names the kind of resource: an object inherits by default, a bucket is private. */
export function aclFromHeaders(headers: Headers, fallback: 'default' | 'private'): StoredAcl {
  const allowed = CANNED[fallback === 'default' ? 'object' : 'bucket'];
  const text = headers.get('x-cos-acl') ?? fallback;
  const canned = allowed.find((name) => name === text);
  if (canned === undefined) throw failures.invalidArgument('x-cos-acl is not one of the predefined ACLs.');
  const grants: { permission: string; grantee: string }[] = [];
  for (const [name, permission] of GRANT_HEADERS) {
    const value = headers.get(name);
    if (value === undefined) continue;
    for (const grantee of granteesFrom(value)) grants.push({ permission, grantee });
  }
  // Objects have no such grant: a caller that may write a bucket may write any object in it.
  if (fallback === 'default' && grants.some((grant) => grant.permission === 'WRITE')) {
    throw failures.invalidArgument('x-cos-grant-write is not supported for objects.');
  }
  return { canned, grants };
}

export function hasAclHeaders(headers: Headers): boolean {
  return headers.get('x-cos-acl') !== undefined || GRANT_HEADERS.some(([name]) => headers.get(name) !== undefined);
}

/** `id="100000000001",uin="100000000001",id="qcs::cam::uin/1:uin/1",uri="http://…"` */
function granteesFrom(text: string): string[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const match = /^\s*(?:id|uin|uri)\s*=\s*"([^"]+)"\s*$/i.exec(part);
    if (!match) throw failures.invalidArgument('A grant header is not of the form id="…".');
    return granteeFrom(match[1] ?? '');
  });
}

/** Throws InvalidArgument for a grantee that is neither an account, one of its users or roles, nor a group. */
function granteeFrom(grantee: string): string {
  if (/^\d+$/.test(grantee)) return `qcs::cam::uin/${grantee}:uin/${grantee}`;
  if (grantee === 'qcs::cam::anyone:anyone') return ALL_USERS;
  if (!ACCOUNT.test(grantee) && !GROUP.test(grantee)) throw failures.invalidArgument('A grantee is not valid.');
  return grantee;
}

export function aclFromXml(policy: XmlElement, resource: 'bucket' | 'object'): StoredAcl {
  const list = child(policy, 'AccessControlList');
  if (list === undefined) throw failures.malformedXml();
  const grants = children(list, 'Grant').map((grant) => {
    const grantee = child(grant, 'Grantee');
    const permission = textOf(grant, 'Permission') ?? '';
    const name = grantee && granteeName(grantee);
    if (name === undefined || name === '' || !PERMISSIONS.has(permission)) throw failures.malformedXml();
    if (resource === 'object' && permission === 'WRITE') {
      throw failures.invalidArgument('WRITE cannot be granted on an object.');
    }
    return { permission, grantee: granteeFrom(name) };
  });
  return { canned: 'private', grants, asPut: true };
}

/** A grantee may have both; its type says which of the two counts. */
function granteeName(grantee: XmlElement): string | undefined {
  const [uri, id] = [textOf(grantee, 'URI')?.trim(), textOf(grantee, 'ID')?.trim()];
  return grantee.attributes['xsi:type'] === 'CanonicalUser' ? id || uri : uri || id;
}

export function aclToXml(acl: StoredAcl, account: Account): XmlElement {
  const owner = ownerId(account);
  const everyone =
    acl.canned === 'public-read' ? ['READ'] : acl.canned === 'public-read-write' ? ['READ', 'WRITE'] : [];
  const grants = [
    ...(acl.asPut ? [] : [{ permission: 'FULL_CONTROL', grantee: owner }]),
    ...everyone.map((permission) => ({ permission, grantee: ALL_USERS })),
    ...acl.grants,
  ];
  return el('AccessControlPolicy', [
    el('Owner', [el('ID', owner), el('DisplayName', owner)]),
    el(
      'AccessControlList',
      grants.map(({ permission, grantee }) => el('Grant', [granteeToXml(grantee), el('Permission', permission)])),
    ),
  ]);
}

function granteeToXml(grantee: string): XmlElement {
  const group = grantee.includes('://');
  return el('Grantee', group ? [el('URI', grantee)] : [el('ID', grantee), el('DisplayName', grantee)], {
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:type': group ? 'Group' : 'CanonicalUser',
  });
}

export function ownerId(account: Account): string {
  return `qcs::cam::uin/${account.uin}:uin/${account.uin}`;
}
