interface Stream {
  write(chunk: unknown, ...rest: never[]): boolean;
}

/** The lines that the CLI prints above its own errors, and their replacements. */
const LINES: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/Docs: +docs\.serverless\.com/, 'Docs:        shared/deploy/README.md'],
  [/Support: +forum\.serverless\.com/, 'Commands:    npx serverless --help'],
  [/Bugs: +github\.com\/serverless\/serverless\/issues/, 'Examine:     npx serverless replication doctor'],
];
const changed = new WeakSet<Stream>();

/**
 * The CLI's own errors, about an unknown command or a missing option, name support pages that do not cover this
 * service. They are replaced by ones that do. The CLI has no setting for it, so its output is changed on the way out.
 */
export function nameOwnHelp(stream: Stream): void {
  if (changed.has(stream)) return;
  changed.add(stream);
  const plain = stream.write.bind(stream);
  stream.write = (chunk, ...rest) => plain(typeof chunk === 'string' ? withOwnHelp(chunk) : chunk, ...rest);
}

function withOwnHelp(text: string): string {
  // All of them or none: a text of the user may hold one of these addresses.
  if (!LINES.every(([theirs]) => theirs.test(text))) return text;
  return LINES.reduce((changing, [theirs, ours]) => changing.replace(theirs, ours), text);
}
