import { describe, expect, it } from 'vitest';
import type { Cam } from '../../scf/index.ts';
import type { Principal } from '../../types.ts';
import { APPID, createAccount, fixedClock, ROOT, TRUST, UIN } from './scf-world.ts';

const ENGINE: Principal = { kind: 'role', uin: UIN, roleName: 'engine' };
const object = (key: string, bucket = 'photos', region = 'ap-guangzhou') =>
  `qcs::cos:${region}:uid/${APPID}:${bucket}-${APPID}/${key}`;
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

function statement(action: string | string[], resource: string | string[], effect = 'allow') {
  return { effect, action, resource };
}

function policy(...statements: object[]): string {
  return JSON.stringify({ version: '2.0', statement: statements });
}

/** An account whose role has these policies. */
function withPolicies(...documents: string[]): Cam {
  const cam = createAccount(fixedClock().now);
  cam.createRole({ name: 'engine', trust: TRUST });
  for (const [index, document] of documents.entries()) {
    cam.attach('engine', cam.createPolicy({ name: `policy-${index}`, document }).id);
  }
  return cam;
}

describe('the rights of a role', () => {
  const read = statement(['name/cos:GetObject', 'name/cos:HeadObject'], object('in/*'));
  it.each<[string, object[], string, string, boolean]>([
    ['nothing without a policy', [], 'name/cos:GetObject', object('in/a'), false],
    ['the action and resource named', [read], 'name/cos:GetObject', object('in/a/b'), true],
    ['not another action', [read], 'name/cos:PutObject', object('in/a'), false],
    ['not another prefix', [read], 'name/cos:GetObject', object('out/a'), false],
    ['not another bucket', [read], 'name/cos:GetObject', object('in/a', 'backup'), false],
    ['not another region', [read], 'name/cos:GetObject', object('in/a', 'photos', 'ap-shanghai'), false],
    [
      'with a star for every action of a service',
      [statement('cos:*', object('*'))],
      'name/cos:PutObject',
      object('x'),
      true,
    ],
    ['with a star within an action', [statement('name/cos:Get*', '*')], 'name/cos:GetObjectTagging', object('x'), true],
    ['with a star for all resources', [statement('name/cos:GetObject', '*')], 'name/cos:GetObject', object('x'), true],
    ['not another service', [statement('cos:*', '*')], 'scf:InvokeFunction', 'qcs::scf:ap-guangzhou:uin/1:x', false],
    [
      'in every region where it is left out',
      [statement('cos:*', `qcs::cos::uid/${APPID}:*`)],
      'name/cos:GetObject',
      object('x'),
      true,
    ],
    [
      'by uin where the request says uid',
      [statement('cos:*', `qcs::cos:*:uin/${UIN}:*`)],
      'name/cos:GetObject',
      object('x'),
      true,
    ],
    [
      'not in another account',
      [statement('cos:*', 'qcs::cos:*:uid/1999999999:*')],
      'name/cos:GetObject',
      object('x'),
      false,
    ],
    [
      'keys with colons and line breaks',
      [statement('cos:*', object('a:*'))],
      'name/cos:GetObject',
      object('a:b:c\nd'),
      true,
    ],
    ['dots of a pattern as dots', [statement('cos:*', object('a.b'))], 'name/cos:GetObject', object('axb'), false],
  ])('%s', (_name, statements, action, resource, allowed) => {
    const cam = statements.length === 0 ? withPolicies() : withPolicies(policy(...statements));
    expect(cam.allows(ENGINE, action, resource)).toBe(allowed);
  });

  it('are ended by an explicit deny, whichever policy has it', () => {
    const cam = withPolicies(
      policy(statement('cos:*', '*')),
      policy(statement('name/cos:DeleteObject', object('keep/*'), 'deny')),
    );
    expect(cam.allows(ENGINE, 'name/cos:DeleteObject', object('other'))).toBe(true);
    expect(cam.allows(ENGINE, 'name/cos:DeleteObject', object('keep/a'))).toBe(false);
    expect(cam.allows(ENGINE, 'name/cos:GetObject', object('keep/a'))).toBe(true);
  });

  it('follow policies as they are changed, detached and deleted, and the role itself', () => {
    const cam = withPolicies(policy(statement('cos:*', object('a/*'))));
    const may = (key: string) => cam.allows(ENGINE, 'name/cos:PutObject', object(key));
    const { id } = cam.getPolicy({ name: 'policy-0' });
    cam.updatePolicy(id, { document: policy(statement('cos:*', object('b/*'))) });
    expect([may('a/1'), may('b/1')]).toEqual([false, true]);
    cam.detach('engine', id);
    expect(may('b/1')).toBe(false);
    cam.attach('engine', id);
    expect(may('b/1')).toBe(true);
    cam.deletePolicy(id);
    expect(cam.attached('engine')).toEqual([]);
    expect(may('b/1')).toBe(false);
    cam.deleteRole('engine');
    expect(may('b/1')).toBe(false);
  });

  it('do not limit the root account', () => {
    const cam = withPolicies();
    expect(cam.allows(ROOT.principal, 'name/cos:DeleteBucket', object(''))).toBe(true);
    expect(cam.allows({ kind: 'root', uin: '7' }, 'name/cos:DeleteBucket', object(''))).toBe(false);
  });
});

describe('temporary credentials', () => {
  it('are found by their ID, given again for an hour, valid for two', () => {
    const clock = fixedClock();
    const cam = createAccount(clock.now);
    cam.createRole({ name: 'engine', trust: TRUST });
    const first = cam.assumeRole('engine');
    expect(first).toMatchObject({ principal: ENGINE, expires: clock.now() + 7_200_000 });
    expect(cam.find(first.secretId)).toEqual(first);
    clock.advance(3_600_000);
    expect(cam.assumeRole('engine')).toEqual(first);
    clock.advance(1);
    const second = cam.assumeRole('engine');
    expect(second.secretId).not.toBe(first.secretId);
    expect(cam.find(first.secretId)).toEqual(first);
  });

  it('end with the role, and a new role of the name does not revive them', () => {
    const cam = withPolicies();
    const { secretId } = cam.assumeRole('engine');
    cam.deleteRole('engine');
    cam.createRole({ name: 'engine', trust: TRUST });
    expect(cam.find(secretId)).toBeUndefined();
  });

  it('are not given to a service that the role does not trust', () => {
    const cam = createAccount(fixedClock().now);
    cam.createRole({ name: 'machine', trust: TRUST.replace('scf.qcloud.com', 'cvm.qcloud.com') });
    expect(() => cam.assumeRole('machine')).toThrow(refusal('UnauthorizedOperation'));
    expect(() => cam.assumeRole('none')).toThrow(refusal('InvalidParameter.RoleNotExist'));
    expect(cam.find('AKIDROOT')).toEqual(ROOT);
    expect(cam.find('AKIDNONE')).toBeUndefined();
  });
});

describe('a policy document is refused', () => {
  const good = statement('cos:*', '*');
  it.each<[string, string, string]>([
    ['that is not JSON', 'no', 'PolicyDocumentError'],
    ['that is not an object', '7', 'PolicyDocumentError'],
    ['of version 1', JSON.stringify({ version: '1.0', statement: [good] }), 'VersionError'],
    ['without statements', JSON.stringify({ version: '2.0', statement: [] }), 'StatementError'],
    ['with a wrong effect', policy({ ...good, effect: 'maybe' }), 'EffectError'],
    ['without an action', policy({ ...good, action: [] }), 'ActionError'],
    ['with an empty resource', policy({ ...good, resource: [''] }), 'ResourceError'],
    ['with a resource of five parts', policy({ ...good, resource: 'qcs::cos:*:photos' }), 'ResourceError'],
    ['with a condition', policy({ ...good, condition: {} }), 'ConditionError'],
    ['with a principal', policy({ ...good, principal: {} }), 'PrincipalError'],
    ['that is too long', policy({ ...good, action: 'x'.repeat(7000) }), 'PolicyDocumentLengthOverLimit'],
  ])('%s', (_name, document, code) => {
    const cam = withPolicies();
    expect(() => cam.createPolicy({ name: 'p', document })).toThrow(refusal(`InvalidParameter.${code}`));
  });

  it('for a trust policy that trusts nobody', () => {
    const cam = withPolicies();
    expect(() => cam.createRole({ name: 'r', trust: policy(good) })).toThrow(
      refusal('InvalidParameter.PrincipalError'),
    );
  });
});

describe('the limits of CAM', () => {
  /** A document of exactly this many characters. */
  const sized = (length: number): string => {
    const empty = policy(statement('cos:*', object('')));
    return policy(statement('cos:*', object('x'.repeat(length - empty.length))));
  };

  it('let a document have 6,144 characters, made or changed', () => {
    const cam = withPolicies();
    const { id } = cam.createPolicy({ name: 'p', document: sized(6144) });
    const refused = refusal('InvalidParameter.PolicyDocumentLengthOverLimit');
    expect(() => cam.createPolicy({ name: 'q', document: sized(6145) })).toThrow(refused);
    expect(() => cam.updatePolicy(id, { document: sized(6145) })).toThrow(refused);
    expect(cam.getPolicy({ id }).document).toHaveLength(6144);
  });

  it('let a role have 200 policies', () => {
    const cam = withPolicies();
    const document = policy(statement('cos:*', '*'));
    const ids = Array.from({ length: 201 }, (_, n) => cam.createPolicy({ name: `p${n}`, document }).id);
    for (const id of ids.slice(0, 200)) cam.attach('engine', id);
    const last = ids.at(-1) ?? 0;
    expect(() => cam.attach('engine', last)).toThrow(refusal('InvalidParameter.AttachmentFull'));
    expect(() => cam.attach('engine', ids[0] ?? 0)).not.toThrow();
    cam.detach('engine', ids[0] ?? 0);
    cam.attach('engine', last);
    expect(cam.attached('engine')).toHaveLength(200);
  });

  it('let an account have 1,500 policies', () => {
    const cam = withPolicies();
    const document = policy(statement('cos:*', '*'));
    for (let n = 0; n < 1500; n += 1) cam.createPolicy({ name: `p${n}`, document });
    expect(() => cam.createPolicy({ name: 'more', document })).toThrow(refusal('FailedOperation.PolicyFull'));
    cam.deletePolicy(cam.getPolicy({ name: 'p0' }).id);
    expect(cam.createPolicy({ name: 'more', document }).name).toBe('more');
  });

  it('let a name have 128 characters', () => {
    const cam = withPolicies();
    const document = policy(statement('cos:*', '*'));
    expect(cam.createPolicy({ name: 'p'.repeat(128), document }).name).toHaveLength(128);
    expect(() => cam.createPolicy({ name: 'p'.repeat(129), document })).toThrow(
      refusal('InvalidParameter.PolicyNameError'),
    );
  });
});

describe('names', () => {
  it('are unique', () => {
    const cam = withPolicies(policy(statement('cos:*', '*')));
    expect(() => cam.createRole({ name: 'engine', trust: TRUST })).toThrow(refusal('InvalidParameter.RoleNameInUse'));
    const document = policy(statement('cos:*', '*'));
    expect(() => cam.createPolicy({ name: 'policy-0', document })).toThrow(refusal('FailedOperation.PolicyNameInUse'));
    const other = cam.createPolicy({ name: 'other', document });
    expect(() => cam.updatePolicy(other.id, { name: 'policy-0' })).toThrow(refusal('FailedOperation.PolicyNameInUse'));
  });

  it('must exist when they are used', () => {
    const cam = withPolicies();
    expect(() => cam.attach('none', 1)).toThrow(refusal('InvalidParameter.RoleNotExist'));
    expect(() => cam.attach('engine', 1)).toThrow(refusal('InvalidParameter.PolicyIdNotExist'));
    expect(() => cam.getPolicy({ name: 'none' })).toThrow(refusal('InvalidParameter.PolicyIdNotExist'));
    expect(cam.getRole({ id: cam.getRole({ name: 'engine' }).id }).name).toBe('engine');
  });
});
