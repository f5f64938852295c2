interface Stream {
  write(chunk: unknown, ...rest: never[]): boolean;
}

/** The lines that the CLI puts above an error of its own, and those that help here. */
const LINES: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/Docs: +docs\.serverless\.com/, 'Docs:        shared/deploy/README.md'],
  [/Support: +forum\.serverless\.com/, 'Commands:    npx serverless --help'],
  [/Bugs: +github\.com\/serverless\/serverless\/issues/, 'Examine:     npx serverless replication doctor'],
];
const changed = new WeakSet<Stream>();

/**
 * An error of the CLI itself, about an unknown command or a missing option, names places where nobody knows this service.
 * They are written as places that help. The CLI has no setting for it, so what it writes is changed on its way out.
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
