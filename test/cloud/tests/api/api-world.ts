import { expect } from 'vitest';
import { createCloudApi } from '../../api/index.ts';
import { createPlatform, fixedClock, fixedRandom, zipOf } from '../scf/scf-world.ts';
import { call } from './client.ts';

export const ECHO = zipOf(
  'exports.main_handler = (event) => { console.log("seen"); if (event.fail) throw new Error("no"); return event; };',
);
export const inline = (zip: Uint8Array): string => Buffer.from(zip).toString('base64');
export const code = (expected: string) => ({ Error: { Code: expected } });

/** The cloud API in this process, with a clock that a test turns. */
export function withApi(transitionMs = 0) {
  const clock = fixedClock();
  const platform = createPlatform({ now: clock.now, transitionMs });
  const { scf, cam } = platform;
  const api = createCloudApi({ scf, cam, now: clock.now, random: fixedRandom() });
  return {
    ...platform,
    clock,
    scfCall: (action: string, parameters: object = {}) =>
      call(api, clock.now, 'scf', action, { FunctionName: 'echo', ...parameters }),
    list: () => call(api, clock.now, 'scf', 'ListFunctions'),
    camCall: (action: string, parameters: object = {}) => call(api, clock.now, 'cam', action, parameters),
  };
}

export const CREATE = { Code: { ZipFile: inline(ECHO) }, Runtime: 'Nodejs20.19', Handler: 'index.main_handler' };

/** The same with an existing function. */
export async function withFunction() {
  const world = withApi();
  expect(await world.scfCall('CreateFunction', CREATE)).not.toHaveProperty('Error');
  return world;
}
