import { build } from 'esbuild';

/**
 * The JavaScript of an entry file and of all that it imports. Processes that run worlds start from it in a moment, and their
 * worlds take less time: the loader for TypeScript gives each function its name anew whenever one is made.
 */
export async function bundleOf(entry: string, format: 'cjs' | 'esm'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format,
    // It is imported only where bundles are made.
    external: ['esbuild'],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
