import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

import { describe, expect, it } from 'vitest';

import { NETWORK } from '../../../functions/api/console/text/network.ts';
import { TEXTS } from '../../../functions/api/console/text/index.ts';
import { CAUSES, REFUSALS, SKIPS, WAITING_CAUSES, causeEntry, isFailure } from '../../../shared/errors/index.ts';
import type { Cause } from '../../../shared/errors/index.ts';
import { BREAKS } from '../../../shared/preconditions/breaks.ts';
import { isOfOneObject } from '../../../shared/tasks/index.ts';

const readme = readFileSync(new URL('../../../functions/api/README.md', import.meta.url), 'utf8');

interface Told {
  readonly name: string;
  readonly means: string;
  readonly todo: string;
}

/** The items of the lists under a heading: a code, its meaning, and the next step. */
function listedUnder(heading: string): Told[] {
  const section = readme.slice(readme.indexOf(`\n${heading}\n`) + 1).split(/\n##+ /)[0] ?? '';
  const items = section.split('\n- ').slice(1);
  return items.map((item) => {
    const text = (item.split('\n\n')[0] ?? '').replaceAll(/\s+/g, ' ').trim();
    const [, name = text, means = '', todo = ''] = /^(`\w.*?): (.*)\. _What to do:_ (.*)$/.exec(text) ?? [];
    return { name, means, todo };
  });
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

describe('the lists of the page', () => {
  it.each(['PENDING', 'FAILED'])(
    'list the causes of %s work with the meanings in the code, and no others',
    (wanted) => {
      const ours = Object.entries(CAUSES).filter(([, { state }]) => state === wanted);
      const told = listedUnder(`### Causes of ${wanted} work`);
      const rest = wanted === 'FAILED' ? told.splice(-1) : [];
      expect(told).toEqual(
        ours.map(([cause, { means, todo }]) => ({ name: `\`${cause}\``, means: upper(means), todo })),
      );
      for (const { name } of rest) expect(name).toMatch(/^Any other cause is an error code of COS/);
    },
  );

  it('list all reasons for which a version is skipped', () => {
    const ours = Object.entries(SKIPS);
    expect(listedUnder('## Reasons')).toEqual(
      ours.map(([reason, { means, todo }]) => ({ name: `\`${reason}\``, means: upper(means), todo })),
    );
  });

  it('list all codes with which a request is refused, with their statuses', () => {
    const ours = Object.entries(REFUSALS);
    expect(listedUnder('## Errors')).toEqual(
      ours.map(([code, { status, means, todo }]) => ({
        name: `\`${code}\` (${status})`,
        means: upper(means),
        todo,
      })),
    );
  });
});

describe('the console', () => {
  it.each(Object.keys(CAUSES).filter((cause) => !NETWORK.test(cause)))(
    'explains %s and names the next step',
    (cause) => {
      expect(Object.keys(TEXTS)).toEqual(expect.arrayContaining([`cause.${cause}`, `todo.${cause}`]));
    },
  );

  it.each(Object.keys(SKIPS))('explains why a version is skipped: %s', (reason) => {
    expect(Object.keys(TEXTS)).toContain(`skip.${reason}`);
  });
});

type OfState<S> = { [C in Cause]: (typeof CAUSES)[C]['state'] extends S ? C : never }[Cause];

/** Whether each failure concerns one object alone, so that others of the destination are tried. */
const OF_ONE_OBJECT: Readonly<Record<OfState<'FAILED'> | 'KeyUnsettled' | 'ObjectLocked', boolean>> = {
  BucketVersionNotOpen: false,
  order: true,
  depth: true,
  ReplicaArchived: true,
  ReplicaChecksumMismatch: true,
  ObjectLocked: true,
  KeyUnsettled: true,
  MarkerKeyMissing: false,
  NoProgress: false,
  InvalidStateObject: false,
  InvalidRules: false,
  ConnectionFailed: false,
  ConnectionReset: false,
  AnswerTimeout: false,
  AnswerIncomplete: false,
  AnswerMalformed: false,
  AnswerTooLarge: false,
  AnswerOutOfOrder: false,
  DeadlineReached: false,
  InternalError: false,
};

/** Codes of ours that are no cause and in no answer of the API. */
const ELSEWHERE = {
  InvalidConfiguration: 'a function that is deployed wrongly ends at its start',
  KeyAlreadyExists: 'told by the command that adds an API key',
  TooManyMarkerKeys: 'told by the command that makes a marker key',
  TooManyRanges: 'a scan of twenty thousand million entries does not begin',
};

describe('a cause', () => {
  it('of our own is listed, wherever an error is made', () => {
    const made = ['shared', 'functions'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !/^deploy|console/.test(file))
        .flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\bcode(?::| =) '([\w-]+)'/g)]),
    );
    const codes = new Set(made.map(([, code = '']) => code));
    const known = { ...CAUSES, ...REFUSALS, ...ELSEWHERE };
    expect([...codes].filter((code) => !Object.hasOwn(known, code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(20);
  });

  it.each(Object.entries(OF_ONE_OBJECT))('%s concerns one object alone: %s', (cause, isOfOne) => {
    expect(isOfOneObject(cause)).toBe(isOfOne);
  });

  it.each(Object.keys(BREAKS))('of a broken precondition is on the page: %s', (cause) => {
    expect(readme.slice(readme.indexOf('### Preconditions'), readme.indexOf('## Scans'))).toContain(`\`${cause}\``);
  });

  it('that is no word of ours is an error code of COS, and a failure', () => {
    expect(causeEntry('AccessDenied')).toBeUndefined();
    expect(causeEntry('constructor')).toBeUndefined();
    const waiting = Object.entries(CAUSES).filter(([, { state }]) => state === 'PENDING');
    expect([...WAITING_CAUSES]).toEqual(waiting.map(([cause]) => cause));
    expect(isFailure('AccessDenied')).toBe(true);
    expect(isFailure('constructor')).toBe(true);
    expect(isFailure('BucketVersionNotOpen')).toBe(true);
    expect(isFailure('taken')).toBe(false);
  });

  it('has texts that begin and end as a list needs them', () => {
    for (const { means, todo } of [...Object.values(CAUSES), ...Object.values(SKIPS), ...Object.values(REFUSALS)]) {
      expect(means).toMatch(/[^.]$/);
      expect(todo).toMatch(/^[A-Z].*\.$/);
      expect(means + todo).not.toContain('_What to do:_');
    }
  });
});
