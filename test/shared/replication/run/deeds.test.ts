import { expect, it } from 'vitest';
import { DeedLog } from '../../../../shared/replication/run/deeds.ts';
import type { DeleteMarkerItem } from '../../../../shared/replication/types.ts';

const item = (versionId: string): DeleteMarkerItem => ({ kind: 'delete-marker', versionId, time: 1 });

it('a run knows its own writes by their version IDs, until it removes them again', () => {
  const log = new DeedLog();
  for (const id of ['a', 'b']) log.marked(item(id));
  log.marked(undefined);
  expect([log.writtenAs('a'), log.writtenAs('c')]).toEqual([item('a'), undefined]);
  log.hasRemoved('a');
  expect([log.writtenAs('a'), log.writtenAs('b'), log.written]).toEqual([undefined, item('b'), [item('b')]]);
  expect(log.counts).toEqual({ copied: 0, marked: 3, removed: 1, retagged: 0, bytes: 0 });
});
