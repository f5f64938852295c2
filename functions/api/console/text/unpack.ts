import type { Texts } from './table.ts';

/**
 * Texts as the bundler packs them: three lists of lines (names, English, Chinese) after each other, deflated, in base64. They
 * are half of what the page would weigh otherwise.
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
