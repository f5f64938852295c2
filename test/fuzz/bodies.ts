import { createHash } from 'node:crypto';
import { DESTINATION, MINIMAL, ROLE, configuration, numbered } from '../shared/rules/sample.ts';
import { NASTY } from './random.ts';
import type { Draw } from './random.ts';

const FULL =
  '<ID>full</ID><Priority>7</Priority><Status>Enabled</Status>' +
  '<Filter><And><Prefix>logs/</Prefix><Tag><Key>team</Key><Value>a &amp; b</Value></Tag></And></Filter>' +
  '<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>' +
  '<ExistingObjectReplication><Status>Enabled</Status><Versions>Current</Versions></ExistingObjectReplication>' +
  '<ReplicaAcl><Status>Enabled</Status></ReplicaAcl>' +
  '<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>' +
  DESTINATION.replace('</Bucket>', '</Bucket><StorageClass>STANDARD_IA</StorageClass>');
const DOCUMENTS = [
  configuration(MINIMAL),
  configuration(FULL),
  configuration(numbered(0), FULL),
  `<?xml version="1.0" encoding="UTF-8"?>\r\n${configuration(MINIMAL)}`,
];
const PIECES = [
  '<Rule>',
  '</Rule>',
  '<ID/>',
  '<Prefix/>',
  '<constructor>x</constructor>',
  '<a:b xmlns:a="c"/>',
  '<?x y?>',
  '<!DOCTYPE a>',
  '&lt;',
  '&#65;',
  ' xmlns="http://x"',
  ' a="b"',
  'Disabled',
  'ap-tokyo',
  'source-1250000000',
  DESTINATION,
] as const;

/** Makes one change to a text: cuts out, doubles, inserts or moves a part. */
export function mutate(draw: Draw, text: string): string {
  const at = draw.below(text.length + 1);
  const to = Math.min(text.length, at + draw.below(40));
  switch (draw.below(6)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(at);
    case 2:
      return text.slice(0, at) + draw.pick(NASTY) + text.slice(at);
    case 3:
      return text.slice(0, at) + draw.pick(PIECES) + text.slice(at);
    case 4:
      return text.slice(0, at) + draw.text(5) + text.slice(to);
    default:
      return text.slice(0, at);
  }
}

const mutated = (draw: Draw, text: string): string => {
  let result = text;
  for (let changes = draw.below(4); changes > 0; changes -= 1) result = mutate(draw, result);
  return result;
};

export const rulesBody = (draw: Draw): string => mutated(draw, draw.pick(DOCUMENTS));

const KEYS = ['{"keys":["a"]}', '{"keys":["a","b/c","🙂"]}', '{}', '{"keys":[]}', '{"keys":{"__proto__":1}}'] as const;
export const keysBody = (draw: Draw): string => mutated(draw, draw.pick(KEYS));

const VERIFIES = [
  '{}',
  '{"prefix":"a","deep":true}',
  '{"upTo":"2026-01-01T00:00:00.000Z","prefix":""}',
  '{"destination":"backup-1250000000@ap-shanghai"}',
  '{"upTo":"+275760-09-13T00:00:00.000Z"}',
] as const;
export const verifyBody = (draw: Draw): string => mutated(draw, draw.pick(VERIFIES));

const MB = 2 ** 20;
const wide = (count: number, element: string): string => configuration(MINIMAL + element.repeat(count));

/** A thousand rules with ten tags each, whose values take most of the size. */
const tagged = (value: () => string): string =>
  configuration(
    ...Array.from({ length: 1000 }, (_, n) => {
      const tags = Array.from({ length: 10 }, (_tag, t) => `<Tag><Key>k${t}</Key><Value>${value()}</Value></Tag>`);
      return `${numbered(n)}<Filter><And><Prefix>p${n}</Prefix>${tags.join('')}</And></Filter>`;
    }),
  );
const thousand = (change: (rule: string, n: number) => string): string =>
  configuration(...Array.from({ length: 1000 }, (_, n) => change(numbered(n), n)));

/** Valid documents of about the largest size that is allowed. */
export const LARGE: Readonly<Record<string, () => string>> = {
  'one text over and over': () => tagged(() => 'x'.repeat(250)),
  'random text': () => {
    // A hash of this length takes a twentieth of the time of as many single draws.
    const bytes = createHash('shake256', { outputLength: 10_000 * 186 })
      .update('random text')
      .digest();
    let taken = 0;
    return tagged(() => bytes.toString('base64', taken, (taken += 186)));
  },
  'text beyond Latin-1': () => tagged(() => '中'.repeat(90)),
  'blanks between elements': () => thousand((rule) => rule.replaceAll('><', `>${' '.repeat(400)}<`)),
  'text of character references': () => thousand((rule, n) => rule.replace(`r${n}`, `r${n}${'&#x41;'.repeat(200)}`)),
  'long prefixes, and no IDs': () =>
    thousand((rule, n) => `${rule.replace(/<ID>.*<\/ID>/, '')}<Prefix>${'y'.repeat(840)}${n}</Prefix>`),
};

/**
 * Documents that are built to take much time or memory. They are few, because each takes as long as thousands of small
 * ones.
 */
export const HEAVY: readonly (() => string)[] = [
  ...Object.values(LARGE),
  // An answer escapes each quote with six characters.
  () => tagged(() => '"'.repeat(250)),
  // Entities that would expand to gigabytes.
  () =>
    `<!DOCTYPE a [<!ENTITY x0 "lol">${Array.from({ length: 9 }, (_, n) => `<!ENTITY x${n + 1} "${`&x${n};`.repeat(10)}">`).join('')}]>${configuration(MINIMAL.replace('rule-1', '&x9;'))}`,
  () => `<!DOCTYPE a SYSTEM "file:///etc/passwd">${configuration(MINIMAL)}`,
  () => '<a>'.repeat(MB),
  () => `${'<Filter>'.repeat(200_000)}${'</Filter>'.repeat(200_000)}`,
  () => wide(300_000, '<ID/>'),
  () => configuration(...Array.from({ length: 1001 }, (_, n) => numbered(n))),
  () => configuration(...Array.from({ length: 20_000 }, () => MINIMAL)),
  () => configuration(MINIMAL.replace('rule-1', 'x'.repeat(3.9 * MB))),
  () =>
    configuration(MINIMAL.replace('<ID>', `<ID ${Array.from({ length: 100_000 }, (_, n) => `a${n}="b"`).join(' ')}>`)),
  () => configuration(MINIMAL.replace('<ID>', `<ID a="${'x'.repeat(3 * MB)}">`)),
  () => `<${'x'.repeat(3 * MB)}/>`,
  () => configuration(`<!--${'-'.repeat(3 * MB)}`),
  () => configuration(MINIMAL.replace('rule-1', '&amp;'.repeat(700_000))),
  () => configuration(MINIMAL.replace('rule-1', '<![CDATA[x]]>'.repeat(250_000))),
  () => ' '.repeat(4 * MB + 1),
  () => ' '.repeat(4 * MB),
  () =>
    configuration(
      `${MINIMAL}<Filter><And>${Array.from({ length: 24_000 }, (_, n) => `<Tag><Key>${n}</Key><Value/></Tag>`).join('')}</And></Filter>`,
    ),
  // For each of these a parser keeps a piece for every other character.
  () => `<!--${'- '.repeat(2 * MB - 400)}-->${configuration(MINIMAL)}`,
  () => `<?a ${'?x'.repeat(2 * MB - 400)}?>${configuration(MINIMAL)}`,
  () => configuration(MINIMAL).replace('>', ` xmlns:a="${'\n'.repeat(4 * MB - 1000)}">`),
  () => configuration(MINIMAL) + '\r'.repeat(4 * MB - 1000),
  () => configuration(`${'\r'.repeat(900_000)}<!---->`.repeat(4) + MINIMAL),
  // Blanks that would make an answer longer than the platform allows.
  () =>
    tagged(() => '"'.repeat(40)).replace(
      /(<Role>)(.*?<\/Role>)(.*)(<\/Rep)/s,
      `$3$1${`${'\n'.repeat(60_000)}<!---->`.repeat(20)}$2$4`,
    ),
  () => `<ReplicationConfiguration>${`<Role>${ROLE}</Role>`.repeat(40_000)}</ReplicationConfiguration>`,
  // Bodies whose event has the largest size that the platform allows.
  () => '\0'.repeat(MB - 1000),
  () => '\ufffd'.repeat(2 * MB - 2000),
  () => 'x'.repeat(6 * MB - 6000),
  () => '"'.repeat(3 * MB - 3000),
  () => `{"keys":[${'"a",'.repeat(900_000)}"a"]}`,
  () => '['.repeat(2 * MB),
  () => `{"keys":${'{"a":'.repeat(400_000)}1${'}'.repeat(400_000)}}`,
];
