import { nodeHash, type Cos, formatPlace } from '../../shared/cos/index.ts';
import { METADATA_LIMIT, type EngineOptions } from '../../shared/replication/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { readSubject, replicaStatus } from '../../shared/status/index.ts';
import { byKey, isOriginal, type Evidence, type Violation } from './invariants.ts';
import type { RuleBook } from './rule-book.ts';
import { skippedFor } from './skipped.ts';

interface StatusEvidence extends Evidence {
  /** The calls as they take effect, without any fault. */
  readonly cos: Cos;
  readonly now: () => number;
  readonly wired: (book: RuleBook) => Pick<EngineOptions, 'keys'>;
}

/** Asks for the status of each version that cannot be copied. The status must give the right reason. */
export async function judgeStatus(evidence: StatusEvidence): Promise<readonly Violation[]> {
  const { core, cos, ledger, topology, now } = evidence;
  const found: Violation[] = [];
  for (const book of evidence.rules) {
    const { source, state } = book;
    const { keys } = evidence.wired(book);
    const rules = await createRuleStore({ cos, state, now }).getFresh(source);
    for (const link of topology.links.filter((one) => one.source.bucket === source.bucket)) {
      const { destination } = link;
      const rule = rules?.rules.find((one) => formatPlace(one.destination) === formatPlace(destination));
      if (rule === undefined) continue;
      for (const version of [...byKey(core, source).values()].flat()) {
        const { key, versionId, deleteMarker, time, attributes } = version;
        const reason = skippedFor(version);
        const written = { key, deleteMarker, time: time / 1000, tags: attributes.tags };
        if (reason === undefined || !isOriginal(ledger, version)) continue;
        if (!book.due(link, written)) continue;
        const subject = await readSubject({ cos, hash: nodeHash }, source, key, versionId);
        const query = {
          cos,
          hash: nodeHash,
          keys,
          source,
          destination,
          rule,
          metadataLimit: METADATA_LIMIT,
          now: now(),
        };
        const status = subject && (await replicaStatus(query, subject));
        const said = status?.state === 'skipped' ? status.reason : status?.state;
        if (said !== reason)
          found.push({
            invariant: 'I8',
            text: `${key} ${versionId} is skipped for ${reason}, and its status is ${said}`,
          });
      }
    }
  }
  return found;
}
