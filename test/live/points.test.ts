import { afterEach, describe, expect, it } from 'vitest';
import { openDriver, type CosDriver } from '../contract/driver.ts';
import { askAll, formatFindings } from './ask.ts';
import { CLOUD_API_POINTS } from './points/cloud-api.ts';
import { observeFunction } from './points/functions.ts';
import { OTHER_POINTS } from './points/others.ts';
import { openProbe } from './points/point.ts';
import { SWITCH_POINTS } from './points/switches.ts';

let driver: CosDriver | undefined;
afterEach(() => driver?.close());

async function open(switches: object = {}): Promise<CosDriver> {
  driver = await openDriver({ switches, local: true });
  return driver;
}

describe('each point', () => {
  const cases = Object.entries(SWITCH_POINTS).flatMap(([name, point]) =>
    point.positions.map((position) => ({ name, position, point })),
  );

  it.each(cases)('finds that $name is $position', async ({ name, position, point }) => {
    const probe = await openProbe(await open({ [name]: position }));
    const told = point.told === undefined ? String(position) : point.told(position as never);
    expect(await point.observe(probe)).toBe(told);
  });

  it('without a switch is handled by the local cloud as its page says', async () => {
    const probe = await openProbe(await open());
    const observed = [];
    const points = [...OTHER_POINTS, ...CLOUD_API_POINTS];
    for (const point of points) observed.push([point.name, await point.observe(probe)]);
    expect(observed).toEqual(points.map(({ name, taken }) => [name, taken]));
  });

  it.each([
    { eventVersionId: false, eventEtag: true, urlPath: 'raw', urlRepeatedKeys: 'array' },
    { eventVersionId: true, eventEtag: false, urlPath: 'decoded', urlRepeatedKeys: 'first' },
    { eventVersionId: false, eventEtag: true, urlPath: 'raw', urlRepeatedKeys: 'last' },
  ])('about functions finds %j, and leaves no function behind', async (switches) => {
    const own = await open(switches);
    expect(await observeFunction(await openProbe(own))).toEqual(switches);
    expect(own.cloud?.scf.listFunctions(own.region, 'default')).toEqual([]);
  });
});

it('reports a difference and the switch to set', async () => {
  const findings = await askAll(await open({ markerOn404: true }), { functions: false });
  const text = formatFindings(findings);
  expect(text).toMatch(/^DIFFERS {2}markerOn404: true, not false; set the switch markerOn404 to true\n/);
  expect(text).toMatch(/\n\d+ points asked, 1 differ$/);
});
