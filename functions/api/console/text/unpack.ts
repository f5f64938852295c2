import type { Texts } from './table.ts';

/**
 * Unpacks the texts in the bundler's form: three lists of lines (names, English, Chinese) one after another, deflated,
 * in base64. They then take half of their size in the page.
 */
export async function unpackTexts(packed: string): Promise<Texts> {
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const lines = (await new Response(stream).text()).split('\n');
  const count = lines.length / 3;
  return Object.fromEntries(
    lines.slice(0, count).map((name, at) => [name, [lines[count + at] ?? '', lines[2 * count + at] ?? '']] as const),
  );
}
