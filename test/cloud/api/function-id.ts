import type { FunctionId } from '../scf/index.ts';
import type { ActionContext } from './action.ts';
import type { Parameters } from './parameters.ts';

export function functionId(parameters: Parameters, { region }: Pick<ActionContext, 'region'>): FunctionId {
  return {
    region,
    namespace: parameters.optionalText('Namespace') ?? 'default',
    name: parameters.text('FunctionName'),
  };
}

export function functionResource(parameters: Parameters): string {
  const { namespace, name } = functionId(parameters, { region: '' });
  return `namespace/${namespace}/function/${name}`;
}
