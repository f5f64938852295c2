import { eachVersion } from './histories.ts';
import { pathOf, send } from './sign.ts';

/** The floor of a backfill: the HEAD and the copy with its own metadata that each version needs, and nothing else. */
const [file = '', from = '', to = ''] = process.argv.slice(2);

void eachVersion(file, async (key, version) => {
  const path = pathOf(key);
  const head = await send({ method: 'HEAD', host: from, path, query: `versionId=${version}` });
  const meta = Object.entries(head).filter(([name]) => name.startsWith('x-cos-meta-') || name === 'content-type');
  await send({
    method: 'PUT',
    host: to,
    path,
    headers: {
      ...(Object.fromEntries(meta) as Record<string, string>),
      'x-cos-copy-source': `${from}${path}?versionId=${version}`,
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-meta-replication-source': version,
      'x-cos-meta-replication-marker': 'x'.repeat(160),
    },
  });
});
