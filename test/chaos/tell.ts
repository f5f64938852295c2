import { INLINE_BYTES } from './calm.ts';
import type { Violation } from './invariants.ts';
import type { WorldOptions } from './options.ts';

/** A world in a few lines: its unusual ingredients, and the deeds of its users. */
export function describeWorld(options: WorldOptions): string {
  const { seed, shape, deeds, weather, mail, ...others } = options;
  const { only, copying, ...fates } = weather;
  const switches = Object.entries(others).filter(([name, value]) => value !== ORDINARY[name as keyof typeof ORDINARY]);
  const parts = [
    ['weather', [...rates(fates), ...(only === undefined ? [] : [`of ${only} only`])]],
    ['mail', rates({ ...mail, latest: 0 })],
    [
      'beside',
      [
        ...switches.map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`),
        ...(copying ? [`copies take ${copying} ms`] : []),
      ],
    ],
  ] as const;
  return [
    `${shape}, ${deeds.length} deeds, seed ${seed}`,
    ...parts.filter(([, words]) => words.length > 0).map(([name, words]) => `  ${name}: ${words.join(', ')}`),
    ...deeds.map(
      ({ at, name, site, key }) => `  ${(at / 1000).toFixed(3).padStart(10)} ${name} ${key} at ${site.bucket}`,
    ),
  ].join('\n');
}

/** The ordinary values, which are not printed. */
const ORDINARY = {
  skew: 0,
  listingLag: 0,
  lagAt: undefined,
  outages: undefined,
  longestPage: 1000,
  markerOn404: undefined,
  tagged: false,
  later: false,
  large: false,
  inlineBytes: INLINE_BYTES,
  scans: false,
};

const rates = (values: Readonly<Record<string, number>>): string[] =>
  Object.entries(values)
    .filter(([, rate]) => rate > 0)
    .map(([name, rate]) => `${name} ${Number(rate.toFixed(3))}`);

export const describeViolation = ({ invariant, text }: Violation): string => `${invariant} violated: ${text}`;
