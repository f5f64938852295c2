import { CloudFailure } from '../scf/index.ts';
import type { Trigger } from '../scf/index.ts';
import type { Actions } from './action.ts';
import { formatTime, page } from './format.ts';
import { functionId, functionResource } from './function-id.ts';
import type { Parameters } from './parameters.ts';

export const TRIGGER_ACTIONS: Actions = {
  CreateTrigger: {
    required: ['FunctionName', 'Type', 'TriggerDesc'],
    optional: ['Namespace', 'TriggerName', 'Enable', 'Qualifier', 'CustomArgument', 'Description'],
    resource: functionResource,
    run(parameters, context) {
      const enable = parameters.optionalText('Enable') ?? 'OPEN';
      if (enable !== 'OPEN' && enable !== 'CLOSE') {
        throw new CloudFailure('InvalidParameterValue.Enable', 'Enable is OPEN or CLOSE.');
      }
      const trigger = context.scf.createTrigger(functionId(parameters, context), {
        type: parameters.text('Type'),
        name: parameters.optionalText('TriggerName'),
        description: parameters.text('TriggerDesc'),
        enabled: enable === 'OPEN',
        qualifier: parameters.optionalText('Qualifier'),
        customArgument: parameters.optionalText('CustomArgument'),
      });
      return { TriggerInfo: describeTrigger(trigger) };
    },
  },
  DeleteTrigger: {
    required: ['FunctionName', 'TriggerName', 'Type'],
    optional: ['Namespace', 'TriggerDesc', 'Qualifier'],
    resource: functionResource,
    run(parameters, context) {
      context.scf.deleteTrigger(functionId(parameters, context), {
        type: parameters.text('Type'),
        name: parameters.text('TriggerName'),
        description: parameters.optionalText('TriggerDesc'),
        qualifier: parameters.optionalText('Qualifier'),
      });
      return {};
    },
  },
  ListTriggers: {
    required: ['FunctionName'],
    optional: ['Namespace', 'Offset', 'Limit', 'OrderBy', 'Order', 'Filters'],
    resource: functionResource,
    run(parameters, context) {
      const triggers = parameters
        .records('Filters')
        .reduce<readonly Trigger[]>(applyFilter, context.scf.listTriggers(functionId(parameters, context)));
      const shown = page(triggers, parameters.optionalNumber('Offset'), parameters.optionalNumber('Limit'));
      return { Triggers: shown.map(describeTrigger), TotalCount: triggers.length };
    },
  },
};

/**
 * The answer has an object for a timer that was sent as bare cron text, and a number for `Enable`, which was sent as a
 * word.
 */
export function describeTrigger(trigger: Trigger): object {
  return {
    Type: trigger.type,
    TriggerName: trigger.name,
    TriggerDesc: trigger.description,
    Qualifier: trigger.qualifier,
    Enable: trigger.enabled ? 1 : 0,
    AvailableStatus: 'Available',
    BindStatus: trigger.type === 'cos' ? 'on' : '',
    CustomArgument: trigger.customArgument,
    ResourceId: trigger.type === 'cos' ? trigger.name : '',
    AddTime: formatTime(trigger.created),
    ModTime: formatTime(trigger.created),
  };
}

function applyFilter(triggers: readonly Trigger[], filter: Parameters): readonly Trigger[] {
  const values = filter.values('Values');
  switch (filter.text('Name')) {
    case 'Qualifier':
      return triggers.filter(({ qualifier }) => values.includes(qualifier));
    default:
      throw new CloudFailure('InvalidParameterValue.Filters', 'ListTriggers filters by Qualifier.');
  }
}
