import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

import { expect, it } from 'vitest';

import { API_KEYS } from '../../shared/access/index.ts';
import { CANARIES } from '../../shared/canary/index.ts';
import { MARKER_KEYS } from '../../shared/identity/index.ts';
import { LIVE, LIVE_SUMS } from '../../shared/live/index.ts';
import { FINDINGS } from '../../shared/preconditions/index.ts';
import { MARKER_ANSWERS, PREFLIGHTS } from '../../shared/preflight/index.ts';
import { EXAMINED, MARKS } from '../../shared/replication/index.ts';
import { RULES } from '../../shared/rules/index.ts';
import { ASKED, PAIRS, PAUSED, RANGE_LEASES, SCANS } from '../../shared/scan/index.ts';
import { BEHIND, LEASES, TASKS, WAITING } from '../../shared/tasks/index.ts';
import { VERIFIES } from '../../shared/verify/index.ts';

/** The prefixes under which each part of the service keeps its objects. */
const PREFIXES = [
  [API_KEYS, ASKED, BEHIND, CANARIES, EXAMINED, FINDINGS, LEASES, LIVE, LIVE_SUMS, MARKER_ANSWERS, MARKER_KEYS, MARKS],
  [PAIRS, PAUSED, PREFLIGHTS, RANGE_LEASES, RULES, SCANS, TASKS, VERIFIES, WAITING],
].flat();

const top = (prefix: string): string => prefix.slice(0, prefix.indexOf('/') + 1);

it('the page has each prefix of the state bucket, and no other', () => {
  const page = readFileSync('shared/README.md', 'utf8');
  const table = /\n## The state bucket\n(.*?)\n## /s.exec(page)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => top(name)),
  );
  expect([...new Set(rows)].toSorted()).toEqual([...new Set(PREFIXES.map(top))].toSorted());
});

it('each prefix is written in one place only', () => {
  const names = new Set(PREFIXES.map((prefix) => `'${prefix}'`));
  const written = ['shared', 'functions'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) =>
        [...readFileSync(path.join(folder, file), 'utf8').matchAll(/'[a-z/-]+\/'/g)].map(([name]) => name),
      )
      .filter((name) => names.has(name)),
  );
  expect(written.toSorted()).toEqual([...names].toSorted());
});
