import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { escapeXml } from '../../shared/xml/index.ts';
import type { BenchResult, Figure } from './types.ts';

const [WIDTH, LABEL, BAR, GAP] = [760, 420, 22, 10];
/** Of the longest bar; the values stand to the right of it. */
const SPACE = WIDTH - LABEL - 130;

interface Bar {
  readonly label: string;
  readonly value: number;
  /** Drawn as a line across the bar. */
  readonly limit?: number;
}

/** One SVG for each benchmark that has limits: each figure as a part of its limit, and the tools side by side. */
export async function writePlots(folder: string, results: Readonly<Record<string, BenchResult>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, { limited = [] }] of Object.entries(results)) {
    if (limited.length > 0)
      await writeFile(join(folder, `${name}.svg`), chart(`${name}: figures and limits`, limited.map(barOf)));
  }
  const peers = (
    results['peers']?.figures as { peers: readonly { name: string; requests: number; cpuMs: number }[] } | undefined
  )?.peers;
  if (peers !== undefined) {
    const bars = peers.map(({ name, cpuMs }) => ({ label: `${name}, ms of CPU per object`, value: cpuMs }));
    await writeFile(join(folder, 'tools-cpu.svg'), chart('CPU per object, start of the program included', bars));
  }
  const seconds = (results['listing']?.figures as { secondsPerMillion: Record<string, number> } | undefined)
    ?.secondsPerMillion;
  if (seconds !== undefined) {
    const bars = Object.entries(seconds).map(([label, value]) => ({ label, value }));
    await writeFile(join(folder, 'listing-cpu.svg'), chart('CPU s per 1,000,000 listed versions', bars));
  }
}

const barOf = ({ name, value, most }: Figure): Bar => ({ label: name, value, limit: most });

/** With limits, each bar is drawn as a part of its own limit, because the figures have different units. */
function chart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(
    ...bars.map(({ value, limit }) => (limit === undefined || limit === 0 ? value : value / limit)),
    bars.some(({ limit }) => limit) ? 1 : 1e-9,
  );
  const scale = (bar: Bar): number => ((bar.limit ? bar.value / bar.limit : bar.value) / most) * SPACE;
  const rows = bars.map((bar, i) => {
    const y = 40 + i * (BAR + GAP);
    const limit = bar.limit ? LABEL + SPACE / most : undefined;
    return [
      `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${escapeXml(bar.label)}</text>`,
      `<rect x="${LABEL}" y="${y}" width="${scale(bar).toFixed(1)}" height="${BAR}" fill="#2f6f9f"/>`,
      limit === undefined
        ? ''
        : `<line x1="${limit.toFixed(1)}" x2="${limit.toFixed(1)}" y1="${y - 3}" y2="${y + BAR + 3}" stroke="#b03030" stroke-width="2"/>`,
      `<text x="${LABEL + SPACE + 10}" y="${y + 15}">${bar.value}${bar.limit === undefined ? '' : ` of ${bar.limit}`}</text>`,
    ].join('');
  });
  const height = 50 + bars.length * (BAR + GAP);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/><text x="12" y="22" font-size="15">${escapeXml(title)}</text>${rows.join('')}</svg>\n`;
}
