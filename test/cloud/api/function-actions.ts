import { CloudFailure } from '../scf/index.ts';
import type { CodeSource, FunctionConfig, FunctionInfo } from '../scf/index.ts';
import type { Actions, ActionContext } from './action.ts';
import { formatTime, page } from './format.ts';
import { functionId, functionResource } from './function-id.ts';
import type { Parameters } from './parameters.ts';
import { describeTrigger } from './trigger-actions.ts';

/** Bytes of base64, by action. */
const MAX_INLINE = { CreateFunction: 50 * 1024 * 1024, UpdateFunctionCode: 20 * 1024 * 1024 };
const CODE = ['ZipFile', 'CosBucketName', 'CosObjectName', 'CosBucketRegion'];
const CONFIG = [
  'Description',
  'MemorySize',
  'Timeout',
  'InitTimeout',
  'Environment',
  'Role',
  'ClsLogsetId',
  'ClsTopicId',
];

export const FUNCTION_ACTIONS: Actions = {
  CreateFunction: {
    required: ['FunctionName', 'Code'],
    optional: ['Namespace', 'Handler', 'Runtime', 'Type', 'Tags', ...CONFIG],
    resource: functionResource,
    async run(parameters, context) {
      const type = parameters.optionalText('Type') ?? 'Event';
      if (type !== 'Event')
        throw new CloudFailure('InvalidParameterValue.FunctionType', `type ${type} is not available`);
      const runtime = parameters.optionalText('Runtime');
      const code = readCode(parameters.record('Code'), context, MAX_INLINE.CreateFunction);
      const tags = parameters.records('Tags').map((tag) => [tag.text('Key'), tag.text('Value')] as const);
      const config = { ...readConfig(parameters), ...(runtime === undefined ? {} : { runtime }) };
      await context.scf.createFunction(functionId(parameters, context), config, code, tags);
      return {};
    },
  },
  GetFunction: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Qualifier', 'ShowCode'],
    resource: functionResource,
    run(parameters, context) {
      const id = functionId(parameters, context);
      const info = context.scf.getFunction(id, parameters.optionalText('Qualifier') ?? '$LATEST');
      return { ...describeFunction(info), Triggers: context.scf.listTriggers(id).map(describeTrigger) };
    },
  },
  GetFunctionAddress: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Qualifier'],
    resource: functionResource,
    run(parameters, context) {
      const qualifier = parameters.optionalText('Qualifier') ?? '$LATEST';
      const { codeSha256 } = context.scf.getFunction(functionId(parameters, context), qualifier);
      // The local cloud has no address from which the code could be downloaded.
      return { Url: '', CodeSha256: codeSha256 };
    },
  },
  ListFunctions: {
    required: [],
    optional: ['Namespace', 'Offset', 'Limit', 'SearchKey'],
    resource: (parameters) => `namespace/${parameters.optionalText('Namespace') ?? 'default'}`,
    run(parameters, { scf, region }) {
      const found = scf
        .listFunctions(region, parameters.optionalText('Namespace') ?? 'default')
        .filter(({ id }) => id.name.includes(parameters.text('SearchKey')));
      const shown = page(found, parameters.optionalNumber('Offset'), parameters.optionalNumber('Limit'));
      return { Functions: shown.map(describeFunction), TotalCount: found.length };
    },
  },
  UpdateFunctionCode: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Handler', 'Code', ...CODE],
    resource: functionResource,
    async run(parameters, context) {
      const source = parameters.has('Code') ? parameters.record('Code') : parameters;
      const code = readCode(source, context, MAX_INLINE.UpdateFunctionCode);
      await context.scf.updateCode(functionId(parameters, context), code, parameters.optionalText('Handler'));
      return {};
    },
  },
  UpdateFunctionConfiguration: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Runtime', ...CONFIG],
    resource: functionResource,
    run(parameters, context) {
      const runtime = parameters.optionalText('Runtime');
      const changes = { ...readConfig(parameters), ...(runtime === undefined ? {} : { runtime }) };
      context.scf.updateConfiguration(functionId(parameters, context), changes);
      return {};
    },
  },
  DeleteFunction: {
    required: ['FunctionName'],
    optional: ['Namespace'],
    resource: functionResource,
    run(parameters, context) {
      context.scf.deleteFunction(functionId(parameters, context));
      return {};
    },
  },
  PublishVersion: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Description'],
    resource: functionResource,
    run(parameters, context) {
      const id = functionId(parameters, context);
      const version = context.scf.publishVersion(id, parameters.text('Description'));
      const { FunctionName, Namespace, CodeSize, MemorySize, Handler, Timeout, Runtime } = describeFunction(
        context.scf.getFunction(id, version),
      );
      return { FunctionVersion: version, FunctionName, Namespace, CodeSize, MemorySize, Handler, Timeout, Runtime };
    },
  },
  ListVersionByFunction: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Offset', 'Limit'],
    resource: functionResource,
    run(parameters, context) {
      const { versions } = context.scf.getFunction(functionId(parameters, context));
      const all = ['$LATEST', ...versions.toReversed()];
      const shown = page(all, parameters.optionalNumber('Offset'), parameters.optionalNumber('Limit'));
      return { FunctionVersion: shown, Versions: shown.map((Version) => ({ Version })), TotalCount: all.length };
    },
  },
};

function readCode(source: Parameters, { cam, region }: ActionContext, limit: number): CodeSource {
  const inline = source.optionalText('ZipFile');
  const key = source.optionalText('CosObjectName');
  if (inline === undefined && key === undefined) {
    throw new CloudFailure(
      'MissingParameter.Code',
      'The code is missing: ZipFile, or CosBucketName and CosObjectName.',
    );
  }
  if (inline !== undefined) {
    if (inline.length > limit) throw new CloudFailure('InvalidParameterValue.InlineZipFile', 'The zip is too large.');
    if (!/^[A-Za-z\d+/]+={0,2}$/.test(inline)) {
      throw new CloudFailure('InvalidParameterValue.ZipFileBase64BinasciiError', 'The zip is not base64.');
    }
    return { zip: Buffer.from(inline, 'base64') };
  }
  // The bucket is named without its appid, and the key has a leading slash that is not part of it.
  const bucket = `${source.text('CosBucketName')}-${cam.appid}`;
  return { bucket, region: source.optionalText('CosBucketRegion') ?? region, key: (key ?? '').replace(/^\//, '') };
}

function readConfig(parameters: Parameters): Partial<FunctionConfig> {
  const variables = parameters.record('Environment').records('Variables');
  const texts = {
    handler: 'Handler',
    description: 'Description',
    role: 'Role',
    logset: 'ClsLogsetId',
    logTopic: 'ClsTopicId',
  };
  const numbers = { memorySize: 'MemorySize', timeout: 'Timeout', initTimeout: 'InitTimeout' };
  const config: Record<string, unknown> = {};
  for (const [field, name] of Object.entries(texts)) config[field] = parameters.optionalText(name);
  for (const [field, name] of Object.entries(numbers)) config[field] = parameters.optionalNumber(name);
  if (parameters.has('Environment')) {
    config['environment'] = Object.fromEntries(variables.map((entry) => [entry.text('Key'), entry.text('Value')]));
  }
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function describeFunction(info: FunctionInfo) {
  const { id, config } = info;
  return {
    FunctionName: id.name,
    Namespace: id.namespace,
    FunctionId: info.functionId,
    FunctionVersion: info.version,
    Type: 'Event',
    Runtime: config.runtime,
    Handler: config.handler,
    Description: config.description,
    MemorySize: config.memorySize,
    Timeout: config.timeout,
    InitTimeout: config.initTimeout,
    Role: config.role,
    // If the user names no topic, the platform makes one for the functions of a region.
    ClsLogsetId: config.logset || 'scf-logset',
    ClsTopicId: config.logTopic || 'scf-logtopic',
    Environment: { Variables: Object.entries(config.environment).map(([Key, Value]) => ({ Key, Value })) },
    Tags: info.tags.map(([Key, Value]) => ({ Key, Value })),
    Status: info.status,
    StatusDesc: '',
    StatusReasons: [],
    CodeSize: info.codeSize,
    CodeInfo: '',
    CodeResult: 'success',
    CodeError: '',
    AvailableStatus: 'Available',
    AddTime: formatTime(info.created),
    ModTime: formatTime(info.modified),
  };
}
