import { expect, it } from 'vitest';
import { strangersIn } from '../../../../shared/deploy/cloud/bucket-policy.ts';

const OWNER = 'qcs::cam::uin/100000000001:uin/100000000001';
const GUEST = 'qcs::cam::uin/100000000002:uin/100000000002';
const SUB_USER = 'qcs::cam::uin/100000000001:uin/100000000009';
const ANYONE = 'qcs::cam::anyone:anyone';

it.each([
  ['no policy', undefined, []],
  ['an empty policy', {}, []],
  ['the owner', { Statement: [{ Effect: 'allow', Principal: { qcs: [OWNER] } }] }, []],
  [
    'the owner by another name',
    { Statement: { Effect: 'allow', Principal: { qcs: 'qcs::cam::uin/100000000001:root' } } },
    [],
  ],
  ['another account', { Statement: [{ Effect: 'allow', Principal: { qcs: [OWNER, GUEST] } }] }, [GUEST]],
  ['a user of the same account', { Statement: [{ Effect: 'allow', Principal: { qcs: [SUB_USER] } }] }, [SUB_USER]],
  ['everybody', { Statement: [{ Effect: 'Allow', Principal: { qcs: [ANYONE] } }] }, [ANYONE]],
  ['everybody as a star', { Statement: [{ Effect: 'allow', Principal: '*' }] }, ['*']],
  ['names in lower case', { statement: [{ effect: 'allow', principal: { qcs: [GUEST] } }] }, [GUEST]],
  ['a statement without a principal', { Statement: [{ Effect: 'allow' }] }, ['everybody']],
  ['a refusal', { Statement: [{ Effect: 'deny', Principal: { qcs: [GUEST] } }] }, []],
])('a policy for %s is reported with everybody whom it admits beside the owner', (_, policy, expected) => {
  expect(strangersIn(policy, OWNER)).toEqual(expected);
});
