import { expect, it } from 'vitest';
import { explainMessages } from '../../../../shared/deploy/config/explain.ts';
import { createLocate } from '../../../../shared/deploy/config/locate.ts';

const TEXT = `service: s
foo: 1
functions:
  schedule:
    timout: 3
    events:
      - timer: { name: minute, cron: '* * * *' }
  api:
    events:
      - http: { auth: ALL }
`;
const CONFIGURATION = {
  foo: 1,
  functions: {
    schedule: { timout: 3, events: [{ timer: { name: 'minute', cron: '* * * *' } }] },
    api: { events: [{ http: { auth: 'ALL' } }] },
  },
};

it.each([
  ["at root: unrecognized property 'foo'", 'line 2: foo is not a setting; correct its name or take it out.'],
  [
    "at 'functions.schedule': unrecognized property 'timout'",
    'line 5: functions.schedule.timout is not a setting; correct its name or take it out.',
  ],
  ["at 'functions.schedule': must have required property 'timeout'", 'line 5: functions.schedule.timeout is missing.'],
  [
    'at \'functions.schedule.events.0.timer.cron\': must match pattern "^[0-9]$"',
    'line 7: functions.schedule.events.0.timer.cron is "* * * *", and does not fit; write seven fields: second minute hour day month weekday year, for example "0 * * * * * *".',
  ],
  [
    "at 'functions.api.events.0.http.auth': must be equal to one of the allowed values [NONE, CAM]",
    'line 10: functions.api.events.0.http.auth is "ALL", and must be equal to one of the allowed values [NONE, CAM].',
  ],
])('the message about %s names the line, the value and the right form', (message, expected) => {
  expect(explainMessages([message], CONFIGURATION, createLocate('serverless.yml', TEXT))).toEqual([
    `serverless.yml, ${expected}`,
  ]);
});

it('passes on a message of another form', () => {
  expect(explainMessages(['something else'], CONFIGURATION, createLocate('serverless.yml', TEXT))).toEqual([
    'serverless.yml: something else',
  ]);
});
