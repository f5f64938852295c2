import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import COS from 'cos-nodejs-sdk-v5';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject, vi } from 'vitest';
import { apiDomain, ROLE } from '../cloud/job/index.ts';
import { cosClient, replicationClient } from '../cloud/job/clients.ts';
import { launch, signIn } from './chromium.ts';

const PICTURES = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.build', 'browser');

export interface Look {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  /** CSS pixels. */
  readonly width?: number;
}

/** The world that the tests of one file share. */
export interface BrowserWorld {
  /** A new page at the sign-in screen, with storage of its own. */
  readonly open: (look?: Look, screen?: string) => Promise<Page>;
  /** A new page, signed in, at the address of a screen (`rules`). */
  readonly enter: (screen?: string, look?: Look) => Promise<Page>;
  readonly sdk: COS;
  /** Stores rules as an SDK does; with none it removes them all. */
  readonly rules: (...rules: readonly object[]) => Promise<void>;
  readonly readRules: () => Promise<readonly Record<string, unknown>[]>;
  readonly upload: (key: string, body?: string) => Promise<void>;
  /** Makes writes to the destination bucket fail with this error. */
  readonly breakDestination: (code: string) => Promise<void>;
  readonly mend: () => Promise<void>;
  /** Compares both sides and resolves when the comparison has ended. */
  readonly verified: () => Promise<void>;
  /** Resolves when this many keys have failed. */
  readonly failuresOf: (count: number) => Promise<void>;
  /** `Destination` of a rule in the SDK's form. */
  readonly destinationOf: () => { readonly Bucket: string };
}

/**
 * One browser for each file. A failed test leaves pictures of its pages in `.build/browser`. An error or warning on a
 * page's console fails the test.
 */
export function useBrowser(): BrowserWorld {
  const where = inject('where');
  const sdk = cosClient(where);
  const api = replicationClient(where, apiDomain);
  const bucket = { Bucket: where.source.bucket, Region: where.source.region };
  let browser: Browser | undefined;
  let contexts: BrowserContext[] = [];
  let noises: string[] = [];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  beforeEach(() => {
    contexts = [];
    noises = [];
  });
  afterEach(async ({ task }) => {
    try {
      if (task.result?.state === 'fail') await keepPictures(task.name, contexts);
    } finally {
      await Promise.all(contexts.map((context) => context.close()));
    }
    if (noises.length > 0) throw new Error(`The page made noises:\n${noises.join('\n')}`);
  });

  async function open({ language = 'en', theme = 'light', width = 1440 }: Look = {}, screen = ''): Promise<Page> {
    if (browser === undefined) throw new Error('the browser has not started');
    const context = await browser.newContext({
      viewport: { width, height: width < 500 ? 844 : 900 },
      colorScheme: theme,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      timezoneId: 'Asia/Shanghai',
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => noises.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => noises.push(`dialog: ${dialog.message()}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) noises.push(message.text());
    });
    page.on('request', (request) => {
      const outside = !request.url().startsWith(`${where.endpoint}/`) && !request.url().startsWith('data:');
      if (outside && !request.url().startsWith('http://127.0.0.1:')) noises.push(`request: ${request.url()}`);
    });
    await page.goto(`${where.endpoint}/console${screen === '' ? '' : `#/${screen}`}`);
    return page;
  }

  return {
    open,
    enter: async (screen = 'overview', look = {}) => {
      const page = await open(look, screen);
      await signIn(page, where);
      return page;
    },
    sdk,
    rules: async (...rules) => {
      if (rules.length === 0) await api.deleteBucketReplication(bucket);
      else {
        const ReplicationConfiguration = { Role: ROLE, Rules: rules as [] };
        await api.putBucketReplication({ ...bucket, ReplicationConfiguration });
      }
    },
    readRules: async () => {
      const { ReplicationConfiguration } = await api.getBucketReplication(bucket);
      return ReplicationConfiguration.Rules as unknown as Record<string, unknown>[];
    },
    upload: async (key, body = 'content') => {
      await sdk.putObject({ ...bucket, Key: key, Body: body });
    },
    breakDestination: async (code) => {
      const match = { bucket: where.destination.bucket, service: 'cos', method: 'PUT' };
      await local('PUT', [{ match, effect: { kind: 'error', status: 403, code } }]);
    },
    mend: () => local('DELETE'),
    verified: async () => {
      const { id } = await ask<{ id: string }>('POST', { replicationVerify: '' });
      await vi.waitFor(
        async () => {
          const { state } = await ask<{ state: string }>('GET', { replicationVerify: '', id });
          if (state === 'running') throw new Error('the comparison has not ended');
        },
        { timeout: 150_000, interval: 1000 },
      );
    },
    failuresOf: (count) =>
      vi.waitFor(
        async () => {
          const found = (await failures()).length;
          if (found < count) throw new Error(`${found} keys have failed, not ${count}`);
        },
        { timeout: 90_000, interval: 500 },
      ),
    destinationOf,
  };

  /** The failures in the first pages of the API's answer. */
  async function failures(): Promise<readonly object[]> {
    const found: object[] = [];
    let marker: string | undefined;
    do {
      const query = { replicationFailures: '', state: 'FAILED', ...(marker === undefined ? {} : { marker }) };
      const page = await ask<{ items: object[]; marker?: string }>('GET', query);
      found.push(...page.items);
      marker = page.marker;
    } while (marker !== undefined);
    return found;
  }

  /** A call that the API alone offers, signed as an SDK does. */
  async function ask<T>(method: 'GET' | 'POST', query: Readonly<Record<string, string>>): Promise<T> {
    const { secretId: SecretId, secretKey: SecretKey } = where;
    const Headers = { Host: new URL(where.endpoint).host };
    const signed = { SecretId, SecretKey, Method: method, Pathname: '/', Query: query, Headers } as const;
    const answer = await fetch(`${where.endpoint}/?${new URLSearchParams(query).toString()}`, {
      method,
      headers: { Authorization: COS.getAuthorization(signed) },
    });
    return (await answer.json()) as T;
  }

  async function local(method: string, body?: object): Promise<void> {
    const answer = await fetch(`${where.endpoint}/_local/faults`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

function destinationOf(): { readonly Bucket: string } {
  const { destination } = inject('where');
  return { Bucket: `qcs::cos:${destination.region}::${destination.bucket}` };
}

/** A rule in the SDK's form. */
export function ruleOf(id: string, more: object = {}): object {
  return {
    ID: id,
    Status: 'Enabled',
    Prefix: '',
    Destination: destinationOf(),
    ...more,
  };
}

async function keepPictures(name: string, contexts: readonly BrowserContext[]): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  const pages = contexts.flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) {
    const path = join(PICTURES, `${name.replaceAll(/[^\w]+/g, '-').slice(0, 80)}-${index + 1}.png`);
    await page.screenshot({ path, fullPage: true });
    process.stderr.write(`picture: ${path}\n`);
  }
}
