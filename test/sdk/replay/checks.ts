import { child, readXml, textOf } from '../../../shared/xml/index.ts';
import { failed, ok } from '../checks.ts';
import type { Cell, CheckId } from '../checks.ts';
import type { ClientConfig } from '../client.ts';
import { differenceOf } from '../round-trip.ts';
import { readRecording } from '../recordings.ts';
import { createReplayer } from './replay.ts';
import type { HostForm, ReplayOptions } from './replay.ts';
import type { Answer } from './wire.ts';

const WRITES = 5;

/**
 * The checks of an SDK that cannot run here, by its recorded requests. The source of each SDK shows how it reads an
 * answer: all of them need the four elements of an error, its type, and a request ID.
 */
export async function replayChecks(sdk: string, hostForm: HostForm, config: ClientConfig): Promise<[CheckId, Cell][]> {
  const cells: [CheckId, Cell][] = [];
  for (const [check, run] of checksOf(sdk, hostForm, config)) {
    try {
      cells.push([check, ok((await run()) ?? '')]);
    } catch (error) {
      cells.push([check, failed(error instanceof Error ? error.message : String(error))]);
    }
  }
  return cells;
}

type Check = readonly [CheckId, () => Promise<string | void>];

function checksOf(sdk: string, hostForm: HostForm, config: ClientConfig): Check[] {
  const replay = createReplayer(sdk, hostForm, config);
  const { source, unversioned, destinations } = config;
  const { body: recorded } = readRecording(sdk, 'put');
  const put = async (options: ReplayOptions = {}) => mustSucceed(await replay('put', options), 200);
  const mustBe = async (document: string) => {
    const answer = mustSucceed(await replay('get'), 200);
    const difference = differenceOf(Buffer.from(document), Buffer.from(answer.body));
    if (difference !== undefined) throw new Error(difference);
  };
  const putAndGet = async (edit: (body: string) => string) => {
    await put({ edit });
    await mustBe(edit(recorded));
  };
  const none = async () => mustFail(await replay('get'), 404, 'ReplicationConfigurationnotFoundError');
  const refused = (status: number, code: string, options: ReplayOptions) => async () =>
    mustFail(await replay('put', options), status, code);
  const toDestination = (bucket: string) => ({
    edit: (body: string) => changed(body, /<Bucket>.*<\/Bucket>/, `<Bucket>${bucket}</Bucket>`),
  });

  return [
    ['none', none],
    ['put', async () => void (await put())],
    ['get', () => mustBe(recorded)],
    [
      'read-after-write',
      async () => {
        for (let write = 0; write < WRITES; write++) {
          await putAndGet((body) => changed(body, 'logs/', `write-${write}/`));
        }
      },
    ],
    [
      'replace',
      async () => {
        await putAndGet(withSecondRule);
        await putAndGet((body) => changed(body, '>Enabled<', '>Disabled<'));
      },
    ],
    // The recorded rule has every element that the models of these SDKs have.
    ['every-element', () => putAndGet((body) => changed(body, '>STANDARD<', '>STANDARD_IA<'))],
    [
      'delete',
      async () => {
        mustSucceed(await replay('delete'), 204);
        await none();
        mustSucceed(await replay('delete'), 204);
      },
    ],
    // PHP sends such a body by itself, because it does not escape its values.
    ['malformed', refused(400, 'MalformedXML', { edit: (body) => changed(body, 'logs/', 'a&b<') })],
    [
      'wrong-signature',
      refused(403, 'SignatureDoesNotMatch', { pair: { ...source, secretKey: `${source.secretKey}x` } }),
    ],
    ['unknown-key', refused(403, 'InvalidAccessKeyId', { pair: { ...source, secretId: 'CRRunknownunknown' } })],
    ['source-unversioned', refused(400, 'BucketVersionNotOpen', { pair: unversioned, domain: unversioned.domain })],
    ['destination-unversioned', refused(400, 'BucketVersionNotOpen', toDestination(destinations.unversioned))],
    ['destination-missing', refused(404, 'NoSuchBucket', toDestination(destinations.missing))],
    ['destination-unlisted', refused(403, 'UserNotTargetBucketOwner', toDestination(destinations.unlisted))],
  ];
}

/** Throws when there is nothing to change, because an unchanged request would prove nothing. */
function changed(body: string, part: string | RegExp, by: string): string {
  const other = body.replace(part, () => by);
  if (other === body) throw new Error(`the recorded body has no ${String(part)}`);
  return other;
}

/** The rule a second time, in the layout of the SDK. */
function withSecondRule(body: string): string {
  const rule = /\s*<Rule>.*<\/Rule>/s.exec(body)?.[0];
  if (rule === undefined) throw new Error('the recorded body has no <Rule>');
  const second = changed(changed(rule, 'rule-1', 'rule-2'), 'logs/', 'other/');
  return changed(body, rule, rule + second);
}

function mustSucceed(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.body}`);
  if (!answer.headers['x-cos-request-id']) throw new Error('the answer has no x-cos-request-id');
  return answer;
}

function mustFail(answer: Answer, status: number, code: string): string {
  if (answer.status < 400) throw new Error(`succeeded with ${answer.status}, not ${status} ${code}`);
  const root = readXml(answer.body);
  const found = `${answer.status} ${textOf(root, 'Code')}`;
  if (root.name !== 'Error' || found !== `${status} ${code}`) throw new Error(`${found} instead of ${status} ${code}`);
  for (const name of ['Message', 'Resource', 'RequestId']) {
    if ((child(root, name)?.text ?? '') === '') throw new Error(`the error has no ${name}`);
  }
  // iOS reads an error only with this type.
  if (answer.headers['content-type'] !== 'application/xml') throw new Error('the error is not application/xml');
  if (textOf(root, 'RequestId') !== answer.headers['x-cos-request-id']) throw new Error('two request IDs');
  return `${status} ${code}`;
}
