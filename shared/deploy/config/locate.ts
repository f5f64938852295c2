import { isNode, LineCounter, parseDocument } from 'yaml';

/** Names the place of a setting for a message: `serverless.yml, line 12`; only the file when the setting is missing. */
export type Locate = (path: readonly (string | number)[]) => string;

/** Finds a setting in the text of the configuration. For a text that is not YAML, only the file is named. */
export function createLocate(file: string, text: string): Locate {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return (path) => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return `${file}, line ${lines.linePos(node.range[0]).line}`;
    }
    return file;
  };
}
