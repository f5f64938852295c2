import { readSettings } from '../../../shared/deploy/config/settings.ts';
import type { RawConfiguration } from '../../../shared/deploy/config/settings.ts';
import type { Settings } from '../../../shared/deploy/types.ts';

/** The repository's configuration, with the changes of a test. */
export function rawConfiguration(changes: Partial<RawConfiguration> = {}): RawConfiguration {
  return {
    service: 'cos-replication',
    provider: {
      region: 'ap-guangzhou',
      stage: 'dev',
      runtime: 'Nodejs20.19',
      async: { retries: 2, ttl: 21600 },
    },
    sources: ['source-1250000000@ap-guangzhou'],
    destinations: ['backup-1250000000@ap-shanghai'],
    functions: {
      replicate: {
        handler: 'functions/replicate/index.main_handler',
        role: 'engine',
        timeout: 60,
        memory: 256,
        events: [
          { sources: ['cos:ObjectCreated:*', 'cos:ObjectRemove:DeleteMarkerCreated', 'cos:ObjectRestore:Completed'] },
        ],
      },
      task: {
        handler: 'functions/task/index.main_handler',
        role: 'engine',
        timeout: 900,
        memory: 256,
        events: [{ state: { event: 'cos:ObjectCreated:*', prefix: 'tasks/' } }],
      },
      scan: {
        handler: 'functions/scan/index.main_handler',
        role: 'scan',
        timeout: 900,
        memory: 256,
        instances: 16,
        events: [{ state: { event: 'cos:ObjectCreated:*', prefix: 'scans/' } }],
      },
      schedule: {
        handler: 'functions/schedule/index.main_handler',
        role: 'schedule',
        timeout: 55,
        memory: 256,
        events: [{ timer: { name: 'minute', cron: '0 * * * * * *' } }],
      },
      api: {
        handler: 'functions/api/index.main_handler',
        role: 'api',
        timeout: 30,
        memory: 256,
        instances: 8,
        events: [{ http: { auth: 'NONE' } }],
      },
    },
    ...changes,
  };
}

export function sampleSettings(changes: Partial<RawConfiguration> = {}): Settings {
  return readSettings(rawConfiguration(changes));
}

/** `bucket1-1250000000@ap-guangzhou`, … */
export function manySources(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bucket${index + 1}-1250000000@ap-guangzhou`);
}

/** Names as long as a bucket's host name allows, all different: `<prefix>1xxx…-1250000000@<region>`, … */
export function longNames(prefix: string, count: number, region: string): string[] {
  const length = 60 - `-1250000000.cos.${region}.myqcloud.com`.length;
  return Array.from({ length: count }, (_, index) => {
    return `${`${prefix}${index + 1}`.padEnd(length, 'x')}-1250000000@${region}`;
  });
}
