import { CloudFailure } from './failure.ts';
import type { AsyncConfig, FunctionConfig, FunctionId } from './types.ts';

const RUNTIMES = ['6.10', '8.9', '10.15', '12.16', '14.18', '16.13', '18.15', '20.19'].map((text) => `Nodejs${text}`);
const MAX_ENVIRONMENT = 4096;
export const DEFAULT_CONFIG: Omit<FunctionConfig, 'runtime'> = {
  handler: 'index.main_handler',
  memorySize: 128,
  timeout: 3,
  initTimeout: 65,
  environment: {},
  role: '',
  description: '',
  logset: '',
  logTopic: '',
};

/** Every check throws `CloudFailure` `InvalidParameterValue.…`. */
export function checkId({ region, namespace, name }: FunctionId): void {
  if (!/^[a-z]{2}-[a-z]+(?:-[a-z\d]+)*$/.test(region))
    throw new CloudFailure('UnsupportedRegion', `no region ${region}`);
  if (namespace !== 'default') throw new CloudFailure('ResourceNotFound.Namespace', `no namespace ${namespace}`);
  if (!/^[A-Za-z](?:[\w-]{0,58}[A-Za-z\d])?$/.test(name)) {
    throw invalid('FunctionName', `${name}: letters, digits, - and _, at most 60, beginning with a letter`);
  }
}

export function checkConfig(config: FunctionConfig): void {
  if (!RUNTIMES.includes(config.runtime)) throw invalid('Runtime', `runtime ${config.runtime} is not available`);
  if (!/^[\w-]+\.\w+$/.test(config.handler) || config.handler.length > 60) {
    throw invalid('Handler', `${config.handler} is not file.method`);
  }
  const memory = config.memorySize;
  if (memory !== 64 && !(memory >= 128 && memory <= 3072 && memory % 128 === 0)) {
    throw invalid('MemorySize', `${memory}: 64, or 128 to 3072 in steps of 128`);
  }
  checkSeconds(config.timeout, 900);
  checkSeconds(config.initTimeout, 300);
  if (!/^[\p{L}\d ,.\n]{0,1000}$/u.test(config.description)) {
    throw invalid('Description', 'letters, digits, spaces, commas and full stops, at most 1000');
  }
  checkEnvironment(config.environment);
}

export function checkAsync({ retries, ttl }: AsyncConfig): void {
  if (!Number.isInteger(retries) || retries < 0 || retries > 2) {
    throw new CloudFailure('LimitExceeded.RetryNum', `RetryNum ${retries}: 0 to 2`);
  }
  if (!Number.isInteger(ttl) || ttl < 60 || ttl > 21_600) {
    throw new CloudFailure('LimitExceeded.MsgTTL', `MsgTTL ${ttl}: 60 to 21600`);
  }
}

function checkEnvironment(environment: FunctionConfig['environment']): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(environment)) {
    if (!/^[A-Za-z]\w*$/.test(name)) throw invalid('Environment', `bad name of a variable: ${name}`);
    if (/^(?:SCF_|QCLOUD_|TENCENTCLOUD_)/.test(name)) {
      throw invalid('EnvironmentSystemProtect', `${name} is reserved for the platform`);
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ENVIRONMENT) throw invalid('EnvironmentExceededLimit', `${bytes} bytes of environment, 4 KB at most`);
}

function checkSeconds(seconds: number, most: number): void {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > most) {
    throw new CloudFailure('LimitExceeded.Timeout', `a time limit of ${seconds} s: 1 to ${most}`);
  }
}

function invalid(field: string, message: string): CloudFailure {
  return new CloudFailure(`InvalidParameterValue.${field}`, message);
}
