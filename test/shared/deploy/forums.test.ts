import { expect, it } from 'vitest';
import { nameOwnHelp } from '../../../shared/deploy/forums.ts';

function streamOf() {
  const written: unknown[] = [];
  const stream = { write: (...words: unknown[]) => written.push(...words) > 0 };
  nameOwnHelp(stream);
  return { stream, written };
}

const ENVIRONMENT = 'Environment: linux, node 20.20.2, framework 3.40.0 (local)';
const THEIRS = `\u001B[90m${ENVIRONMENT}
Docs:        docs.serverless.com
Support:     forum.serverless.com
Bugs:        github.com/serverless/serverless/issues\u001B[39m
`;
const OURS = `\u001B[90m${ENVIRONMENT}
Docs:        shared/deploy/README.md
Commands:    npx serverless --help
Examine:     npx serverless replication doctor\u001B[39m
`;

it("names the project's own help where the CLI names its own, in its colours", () => {
  const { stream, written } = streamOf();
  // A second plugin in one process changes nothing more.
  nameOwnHelp(stream);
  expect(stream.write(THEIRS)).toBe(true);
  expect(written).toEqual([OURS]);
});

it('leaves everything else alone', () => {
  const { stream, written } = streamOf();
  const bytes = Buffer.from(THEIRS);
  const done = () => undefined;
  stream.write('See docs.serverless.com\n');
  stream.write(bytes, 'utf8', done);
  expect(written).toEqual(['See docs.serverless.com\n', bytes, 'utf8', done]);
});
