import { describe, expect, it } from 'vitest';
import type { ScanDocument } from '../../../shared/scan/index.ts';
import { whatIsDue, type DueQuery } from '../../../shared/scan/due.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 2);
const scan = (change: Partial<ScanDocument> = {}): ScanDocument => ({
  id: '1',
  source: { bucket: 'source-1250000000', region: 'ap-guangzhou' },
  destination: { bucket: 'backup-1250000000', region: 'ap-shanghai' },
  kind: 'repair',
  prefix: '',
  signature: 'rules',
  started: NOW - HOUR,
  wholeStarted: NOW - HOUR,
  state: 'ended',
  ended: NOW,
  base: null,
  ...change,
});
const due = (change: Partial<DueQuery> = {}) =>
  whatIsDue({
    scan: scan(),
    signature: 'rules',
    existing: false,
    request: undefined,
    paused: false,
    atWork: false,
    now: NOW,
    everyMs: 23 * HOUR,
    ...change,
  });
const BEGIN = { what: 'begin', kind: 'repair', prefix: '', requested: false };

describe('a scan', () => {
  it('begins where there was none, and copies existing objects where a rule asks for them', () => {
    expect(due({ scan: undefined })).toEqual(BEGIN);
    expect(due({ scan: undefined, existing: true })).toEqual({ ...BEGIN, kind: 'existing' });
  });

  it('begins again when rules are stored, once the runs under the old ones have ended', () => {
    expect(due({ signature: 'other' })).toEqual(BEGIN);
    expect(due({ signature: 'other', scan: scan({ state: 'running' }), atWork: true })).toEqual({ what: 'stop' });
    expect(due({ signature: 'other', scan: scan({ state: 'stopping' }), atWork: true })).toEqual({ what: 'nothing' });
    expect(due({ signature: 'other', scan: scan({ state: 'stopping' }) })).toEqual(BEGIN);
    expect(due({ scan: scan({ state: 'stopping' }) })).toEqual(BEGIN);
  });

  it('continues until it has ended, whatever else is due', () => {
    const running = scan({ state: 'running', started: 0, wholeStarted: 0 });
    expect(due({ scan: running, request: { kind: 'repair', prefix: 'a', asked: NOW } })).toEqual({ what: 'go-on' });
  });

  it('repairs the work that was left to a scan, with one that begins late enough', () => {
    const from = NOW - HOUR / 2;
    expect(due({ repairFrom: from })).toEqual(BEGIN);
    expect(due({ repairFrom: NOW + 1 })).toEqual({ what: 'nothing' });
    expect(due({ repairFrom: NOW - HOUR })).toEqual({ what: 'nothing' });
    expect(due({ repairFrom: from, paused: true })).toEqual({ what: 'nothing' });
    const running = scan({ state: 'running' });
    expect(due({ repairFrom: NOW + 1, scan: running })).toEqual({ what: 'go-on' });
    expect(due({ repairFrom: from, scan: running, atWork: true })).toEqual({ what: 'stop' });
    expect(due({ repairFrom: from, scan: running })).toEqual(BEGIN);
    expect(due({ repairFrom: from, scan: scan({ state: 'running', wholeStarted: from }) })).toEqual({ what: 'go-on' });
  });

  it('begins when somebody has asked for it', () => {
    const request = { kind: 'repair', prefix: 'photos/', asked: NOW } as const;
    expect(due({ request })).toEqual({ ...BEGIN, prefix: 'photos/', requested: true });
  });

  it('begins a day after the last one of the whole pair; a scan of a prefix does not count', () => {
    expect(due()).toEqual({ what: 'nothing' });
    expect(due({ now: NOW + 22 * HOUR })).toEqual(BEGIN);
    expect(due({ scan: scan({ started: NOW, prefix: 'a', wholeStarted: NOW - 23 * HOUR }) })).toEqual(BEGIN);
  });

  it('neither begins nor continues while the pair is paused', () => {
    expect(due({ paused: true, scan: undefined })).toEqual({ what: 'nothing' });
    expect(due({ paused: true, scan: scan({ state: 'running' }) })).toEqual({ what: 'nothing' });
  });
});
