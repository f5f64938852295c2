import type { JSX } from 'preact';
import { useTelling } from './context.ts';
import type { Sample } from './samples.ts';
import { duration } from './time.ts';

const WIDTH = 600;
const HEIGHT = 100;

interface Props {
  readonly samples: readonly Sample[];
  /** ms, drawn as a line across, such as the time that 99 of 100 versions took; undefined when unknown. */
  readonly usual: number | undefined;
}

/** Age of the oldest waiting work since the page was opened. The text beside it says the same. */
export function LagChart({ samples, usual }: Props): JSX.Element | null {
  const telling = useTelling();
  const { t } = telling;
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return null;
  const most = Math.max(1000, usual ?? 0, ...samples.map(({ oldest }) => oldest)) * 1.1;
  const span = Math.max(1, last.at - first.at);
  const x = (at: number) => ((at - first.at) / span) * WIDTH;
  const y = (ms: number) => HEIGHT - (ms / most) * HEIGHT;
  const line = samples.map(({ at, oldest }) => `${x(at).toFixed(1)},${y(oldest).toFixed(1)}`).join(' ');
  const highest = Math.max(...samples.map(({ oldest }) => oldest));
  const words = t('chart.says', { now: duration(telling, last.oldest), most: duration(telling, highest) });
  if (highest === 0) return <p>{t('chart.nothing')}</p>;
  // One sample makes no line.
  if (samples.length === 1) return <p>{words}</p>;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} />
        {usual === undefined ? null : <line x1="0" x2={WIDTH} y1={y(usual)} y2={y(usual)} />}
      </svg>
      <figcaption>
        <span>{t('chart.since', { time: duration(telling, last.at - first.at) })}</span>
        <span>{t('chart.now')}</span>
      </figcaption>
      <p class="fine">
        {words}
        {usual === undefined ? '' : ` ${t('chart.usual', { time: duration(telling, usual) })}`}
      </p>
    </figure>
  );
}
