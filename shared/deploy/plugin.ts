import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ServiceError } from '../errors/index.ts';
import { commands, explainUnknown } from './command-line.ts';
import { explainMessages } from './config/explain.ts';
import { createLocate } from './config/locate.ts';
import { providerSchema, topLevelSchemas } from './config/schema.ts';
import { createContext } from './context.ts';
import { explain } from './error.ts';
import { nameOwnHelp } from './forums.ts';
import { deploymentHooks } from './hooks/deployment.ts';
import { functionHooks } from './hooks/functions.ts';
import { replicationHooks } from './hooks/replication.ts';
import type { Hooks } from './hooks/types.ts';
import { endWithReader } from './pipes.ts';
import type { Options, Serverless, Writers } from './serverless.ts';

const PROVIDER = 'tencent';

/** Provider plugin for the serverless CLI. It only connects the CLI's commands with the other modules. */
export default class TencentPlugin {
  readonly provider: object;
  readonly commands: typeof commands;
  readonly hooks: Hooks;

  static getProviderName(): string {
    return PROVIDER;
  }

  constructor(serverless: Serverless, options: Options, writers: Writers) {
    endWithReader(process);
    nameOwnHelp(process.stderr);
    // The CLI checks the command later, and its own message does not help.
    const unknown = explainUnknown(serverless.processedInput.commands);
    if (unknown !== undefined) end(unknown, writers);
    this.provider = this;
    this.commands = commands;
    serverless.setProvider(PROVIDER, this);
    for (const [name, schema] of Object.entries(topLevelSchemas)) {
      serverless.configSchemaHandler.defineTopLevelProperty(name, schema);
    }
    serverless.configSchemaHandler.defineProvider(PROVIDER, providerSchema);
    // The CLI's messages name neither line nor value, and point to a forum that does not cover this service.
    serverless.configSchemaHandler.handleErrorMessages = (messages) => refuse(serverless, messages, writers);
    const context = createContext(serverless, options, writers);
    const hooks = { ...deploymentHooks(context), ...functionHooks(context), ...replicationHooks(context) };
    this.hooks = Object.fromEntries(Object.entries(hooks).map(([name, run]) => [name, guard(run, writers, options)]));
  }
}

function end(sentence: string, writers: Pick<Writers, 'writeText'>): never {
  writers.writeText(`Error: ${sentence}`);
  process.exit(1);
}

function refuse(serverless: Serverless, messages: readonly string[], writers: Writers): void {
  if (messages.length === 0) return;
  const { serviceDir, configurationFilename, configurationInput } = serverless;
  const locate = createLocate(
    configurationFilename,
    readFileSync(path.join(serviceDir, configurationFilename), 'utf8'),
  );
  for (const sentence of explainMessages(messages, configurationInput, locate)) writers.writeText(`Error: ${sentence}`);
  process.exit(1);
}

/** Ends the command with one sentence. After an error of its own the CLI would print the addresses of such forums. */
function guard(run: () => Promise<void>, writers: Writers, options: Options): () => Promise<void> {
  return async () => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      // Programs read stdout as JSON, and some commands print their findings before they fail.
      const writeText = (text: string): void => void process.stderr.write(`${text}\n`);
      end(explain(error), options['json'] === true ? { writeText } : writers);
    }
  };
}
