/** Colours for one stream; texts are returned unchanged where colours are not wanted. */
export interface Paint {
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** Colours only on a terminal, and not where `NO_COLOR` is set (to anything but an empty text) or the terminal is `dumb`. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Paint {
  const wanted = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const style = (on: number, off: number) => (text: string) => (wanted ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { green: style(32, 39), red: style(31, 39), yellow: style(33, 39), dim: style(2, 22) };
}
