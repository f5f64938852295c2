import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** `bucket-appid@region` */
export interface Lists {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly canary?: { readonly everyMinutes: number };
  readonly domains?: readonly { readonly name: string; readonly certificate: string }[];
}

interface Configuration extends Record<string, unknown> {
  provider: Record<string, unknown>;
}

/**
 * The text of the repository's serverless.yml with other buckets, and with the service, region and stage that the tests
 * expect. The file belongs to its user, who may have put any valid value there.
 */
export function configurationWith(root: string, lists: Lists): string {
  const { stateBucket: _, ...own } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8')) as Configuration;
  const provider = {
    ...own.provider,
    region: "${opt:region, env:TENCENTCLOUD_REGION, 'ap-guangzhou'}",
    stage: "${opt:stage, 'dev'}",
  };
  return stringify({ ...own, service: 'cos-replication', provider, ...lists });
}
