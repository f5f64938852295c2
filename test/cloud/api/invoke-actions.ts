import { CloudFailure } from '../scf/index.ts';
import type { Invocation } from '../scf/index.ts';
import type { Action, Actions } from './action.ts';
import { formatTime, page } from './format.ts';
import { functionId, functionResource } from './function-id.ts';

/** Bytes of the log's end that an answer includes. */
const TAIL = 4096;
const DEFAULT_ASYNC = { retries: 2, ttl: 21_600 };

/** `Invoke` and the shorter `InvokeFunction`, which is always synchronous. The event has two names. */
function invoke(eventName: 'ClientContext' | 'Event', more: readonly string[]): Action {
  return {
    required: ['FunctionName'],
    optional: ['Namespace', 'Qualifier', 'LogType', 'RoutingKey', eventName, ...more],
    resource: functionResource,
    async run(parameters, context) {
      const id = functionId(parameters, context);
      const event = parameters.optionalText(eventName) ?? '{}';
      const qualifier = parameters.optionalText('Qualifier') ?? '$LATEST';
      const kind = parameters.optionalText('InvocationType') ?? 'RequestResponse';
      if (kind === 'Event') {
        const requestId = context.scf.invokeAsync(id, event, qualifier);
        return { Result: { FunctionRequestId: requestId, InvokeResult: 0, RetMsg: '', Log: '', ErrMsg: '' } };
      }
      if (kind !== 'RequestResponse') {
        throw new CloudFailure('InvalidParameterValue.InvokeType', 'InvocationType is RequestResponse or Event.');
      }
      const invocation = await context.scf.invoke(id, event, qualifier);
      return { Result: describeRun(invocation, parameters.optionalText('LogType') === 'Tail') };
    },
  };
}

export const INVOKE_ACTIONS: Actions = {
  Invoke: invoke('ClientContext', ['InvocationType']),
  InvokeFunction: invoke('Event', []),

  /** The older logs that need no log service. Today's accounts have logs in CLS only. */
  GetFunctionLogs: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Offset', 'Limit', 'Order', 'OrderBy', 'FunctionRequestId', 'Qualifier'],
    resource: functionResource,
    run(parameters, context) {
      const id = functionId(parameters, context);
      context.scf.getFunction(id);
      const requestId = parameters.optionalText('FunctionRequestId');
      const found = context.scf.logs(id).filter((run) => requestId === undefined || run.requestId === requestId);
      const ordered = parameters.optionalText('Order') === 'asc' ? found.toReversed() : found;
      const shown = page(ordered, parameters.optionalNumber('Offset'), parameters.optionalNumber('Limit'));
      return { Data: shown.map(describeLog), TotalCount: found.length };
    },
  },

  GetFunctionEventInvokeConfig: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Qualifier'],
    resource: functionResource,
    run(parameters, context) {
      const { retries, ttl } = context.scf.getFunction(functionId(parameters, context)).async;
      return { AsyncTriggerConfig: { RetryConfig: [{ RetryNum: retries }], MsgTTL: ttl } };
    },
  },
  UpdateFunctionEventInvokeConfig: {
    required: ['FunctionName', 'AsyncTriggerConfig'],
    optional: ['Namespace', 'Qualifier'],
    resource: functionResource,
    run(parameters, context) {
      const config = parameters.record('AsyncTriggerConfig');
      const retries = config.records('RetryConfig')[0]?.optionalNumber('RetryNum') ?? DEFAULT_ASYNC.retries;
      const ttl = config.optionalNumber('MsgTTL') ?? DEFAULT_ASYNC.ttl;
      context.scf.updateAsyncConfig(functionId(parameters, context), { retries, ttl });
      return {};
    },
  },

  PutReservedConcurrencyConfig: {
    required: ['FunctionName', 'ReservedConcurrencyMem'],
    optional: ['Namespace'],
    resource: functionResource,
    run(parameters, context) {
      context.scf.reserveMemory(functionId(parameters, context), parameters.optionalNumber('ReservedConcurrencyMem'));
      return {};
    },
  },
  GetReservedConcurrencyConfig: {
    required: ['FunctionName'],
    optional: ['Namespace'],
    resource: functionResource,
    run(parameters, context) {
      const { reservedMemory } = context.scf.getFunction(functionId(parameters, context));
      return { ReservedMem: reservedMemory ?? 0 };
    },
  },
  DeleteReservedConcurrencyConfig: {
    required: ['FunctionName'],
    optional: ['Namespace'],
    resource: functionResource,
    run(parameters, context) {
      context.scf.reserveMemory(functionId(parameters, context), undefined);
      return {};
    },
  },
};

function describeRun({ requestId, status, result, durationMs, memoryBytes, log }: Invocation, tail: boolean): object {
  const failed = status !== 200;
  const duration = Math.round(durationMs);
  return {
    FunctionRequestId: requestId,
    InvokeResult: failed ? status : 0,
    RetMsg: result,
    ErrMsg: failed ? (JSON.parse(result) as { errorMessage: string }).errorMessage : '',
    Log: tail ? log.slice(-TAIL) : '',
    Duration: duration,
    BillDuration: duration,
    MemUsage: memoryBytes,
  };
}

function describeLog(run: Invocation): object {
  const duration = Math.round(run.durationMs);
  return {
    FunctionName: run.id.name,
    RequestId: run.requestId,
    StartTime: formatTime(run.started),
    RetCode: run.status === 200 ? 0 : run.status,
    RetMsg: run.result,
    RetryNum: run.retry,
    InvokeFinished: 1,
    Duration: duration,
    BillDuration: duration,
    MemUsage: run.memoryBytes,
    Source: run.source,
    Level: run.status === 200 ? 'INFO' : 'ERROR',
    Log: run.log,
  };
}
