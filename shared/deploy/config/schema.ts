import { ROLE_KINDS } from '../types.ts';

/**
 * JSON schemas of serverless.yml. They are strict: a misspelt key, an unknown event or a malformed timer fails at
 * `package`, before anything was changed. The CLI runs Ajv in strict mode, which refuses lists of types. Ajv's messages
 * name neither the value nor the line, so frequent mistakes are left to `readSettings`.
 */
const cosEvent = {
  enum: [
    'cos:ObjectCreated:*',
    'cos:ObjectCreated:Put',
    'cos:ObjectCreated:Post',
    'cos:ObjectCreated:Copy',
    'cos:ObjectCreated:CompleteMultipartUpload',
    'cos:ObjectCreated:Origin',
    'cos:ObjectCreated:Replication',
    'cos:ObjectRemove:*',
    'cos:ObjectRemove:Delete',
    'cos:ObjectRemove:DeleteMarkerCreated',
    'cos:ObjectRestore:Post',
    'cos:ObjectRestore:Completed',
  ],
} as const;

/** Seven fields of digits and the signs of a cron field; the platform checks the ranges. */
const cron = { type: 'string', pattern: '^[0-9*/,-]+( [0-9*/,-]+){4} [0-9A-Za-z*/,-]+ [0-9*/,-]+$' } as const;

function object(properties: Record<string, unknown>, required: readonly string[] = Object.keys(properties)) {
  return { type: 'object', properties, required, additionalProperties: false };
}

export const topLevelSchemas = {
  sources: {},
  acl: {},
  destinations: {},
  regions: {},
  cautious: {},
  stateBucket: {},
  scan: {},
  canary: {},
  domains: {},
  logs: {},
};

export const providerSchema = {
  provider: { type: 'object', properties: { region: {}, stage: {}, runtime: {}, async: {} } },
  function: {
    type: 'object',
    properties: {
      handler: { type: 'string', pattern: '^functions/[a-z][a-z0-9-]*/index\\.main_handler$' },
      timeout: {},
      memory: {},
      role: { enum: [...ROLE_KINDS] },
      instances: {},
    },
    required: ['handler', 'timeout', 'memory', 'role'],
  },
  functionEvents: {
    // SCF allows ten COS triggers on a function.
    sources: { type: 'array', items: cosEvent, minItems: 1, maxItems: 10, uniqueItems: true },
    state: object({ event: cosEvent, prefix: { type: 'string', pattern: '^[a-z]+/$' } }),
    timer: object({ name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]{0,59}$' }, cron }),
    http: object({ auth: { enum: ['NONE', 'CAM'] } }),
  },
};
