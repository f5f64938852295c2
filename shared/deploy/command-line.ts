/** Every command accepts a region: serverless.yml reads it, and the CLI refuses options that no command declares. */
const region = { region: { usage: 'Region of the deployment', shortcut: 'r', type: 'string' } } as const;
const bucket = {
  bucket: { usage: 'Source bucket (default: the only one), for example photos-1250000000', type: 'string' },
} as const;
const destination = {
  destination: { usage: 'Destination, for example backup-1250000000@ap-shanghai (default: all)', type: 'string' },
} as const;
const rule = { rule: { usage: 'ID of a rule: its destination', type: 'string' } } as const;
const json = { json: { usage: 'Print JSON and nothing else', type: 'boolean' } } as const;

const force = { usage: 'Go on even if this stops replication', type: 'boolean' } as const;

const named = { function: { usage: 'Name of the function', shortcut: 'f', type: 'string', required: true } } as const;
const event = {
  data: { usage: 'The event, as JSON', shortcut: 'd', type: 'string' },
  path: { usage: 'File with the event, as JSON', shortcut: 'p', type: 'string' },
} as const;

/**
 * The commands of this plugin in the form of the CLI. The CLI has some of them for another cloud. Here they have
 * lifecycle events of their own; under the CLI's events, it would offer that cloud's options.
 */
export const commands = {
  package: { options: region },
  deploy: {
    usage: 'Deploy the functions: make missing parts, change parts that differ',
    lifecycleEvents: ['deploy', 'apply'],
    options: {
      ...region,
      package: { usage: 'Folder of an earlier package', shortcut: 'p', type: 'string' },
      force,
      recreate: {
        usage: 'Recreate functions whose runtime was changed; the function URL changes',
        type: 'boolean',
      },
    },
  },
  info: {
    usage: 'Show functions, triggers, reserved instances, code and addresses',
    lifecycleEvents: ['show'],
    options: { ...region, ...json },
  },
  invoke: {
    usage: 'Run a deployed function and show its log',
    lifecycleEvents: ['run'],
    options: { ...region, ...named, ...event },
    commands: {
      local: {
        usage: 'Run a function on this computer, with your own credentials',
        lifecycleEvents: ['run'],
        options: { ...region, ...named, ...event },
      },
    },
  },
  logs: {
    usage: 'Show the log of a function: serverless logs -f replicate --startTime 1h --filter 2026/a.jpg',
    lifecycleEvents: ['show'],
    options: {
      ...region,
      ...named,
      startTime: { usage: 'Runs since then: 30m, 2h, 1d, or 2026-01-31T12:00:00Z', type: 'string' },
      filter: { usage: 'Only runs whose log holds this text, for example the key of an object', type: 'string' },
      tail: { usage: 'Show each further run until Ctrl-C', shortcut: 't', type: 'boolean' },
      interval: { usage: 'Milliseconds between two requests of --tail (default: 2000)', shortcut: 'i', type: 'string' },
    },
  },
  metrics: {
    usage: 'Count the runs of the functions, their failures, times and memory',
    lifecycleEvents: ['count'],
    options: {
      ...region,
      ...json,
      function: { usage: 'Name of the function (default: all)', shortcut: 'f', type: 'string' },
      startTime: { usage: 'Runs since then: 30m, 2h, 1d, or 2026-01-31T12:00:00Z (default: 24h)', type: 'string' },
      endTime: { usage: 'Only runs before this time, in the same forms (default: now)', type: 'string' },
    },
  },
  remove: {
    usage: 'Remove functions, triggers and roles; buckets stay',
    lifecycleEvents: ['take'],
    options: {
      ...region,
      force,
      purge: { usage: 'Delete the state bucket too, after asking', type: 'boolean' },
      confirm: { usage: 'Name of the state bucket, for --purge without a terminal', type: 'string' },
    },
  },
  replication: {
    type: 'container',
    commands: {
      console: {
        usage: 'Serve the console page on this computer until Ctrl-C: serverless replication console --port 8080',
        lifecycleEvents: ['serve'],
        options: {
          ...region,
          ...json,
          port: { usage: 'Port on 127.0.0.1 (default: a free one)', type: 'string' },
        },
      },
      status: {
        usage: 'Show how far replication is: serverless replication status --bucket photos-1250000000',
        lifecycleEvents: ['show'],
        options: {
          ...region,
          ...json,
          ...bucket,
          destination: { usage: 'With --at-destination: only this one', type: 'string' },
          'at-destination': {
            usage: 'Read the status that the destinations hold; the region of the source may be down',
            type: 'boolean',
          },
          'status-key': {
            usage: 'With --at-destination: the status key that deploying printed; others are rejected',
            type: 'string',
          },
          wait: { usage: 'Wait until every destination is complete', type: 'boolean' },
        },
      },
      scan: {
        usage: 'Compare both sides and copy missing versions: serverless replication scan --prefix 2026/ --wait',
        lifecycleEvents: ['start'],
        options: {
          ...region,
          ...json,
          ...bucket,
          ...destination,
          prefix: { usage: 'Only keys that begin with it', type: 'string' },
          properties: {
            usage: 'Compare tags too, and ACLs where a rule has ReplicaAcl: two to four requests a version',
            type: 'boolean',
          },
          wait: { usage: 'Show the progress until the scan has ended', type: 'boolean' },
        },
      },
      verify: {
        usage: 'List versions missing at the destination, by key: serverless replication verify --prefix 2026/ --deep',
        lifecycleEvents: ['compare'],
        options: {
          ...region,
          ...json,
          ...bucket,
          ...destination,
          prefix: { usage: 'Only keys that begin with it', type: 'string' },
          'up-to': { usage: 'Only versions written until this time, for example 2026-01-31T12:00:00Z', type: 'string' },
          deep: { usage: 'Read the bytes of every replica again', type: 'boolean' },
          limit: { usage: 'Most differences to show (default: 1000)', type: 'string' },
        },
      },
      pause: {
        usage: 'Pause scans, existing objects included: serverless replication pause --rule photos',
        lifecycleEvents: ['hold'],
        options: { ...region, ...json, ...bucket, ...destination, ...rule },
      },
      resume: {
        usage: 'Resume paused scans: serverless replication resume --bucket photos-1250000000',
        lifecycleEvents: ['go'],
        options: { ...region, ...json, ...bucket, ...destination, ...rule },
      },
      doctor: {
        usage: 'Examine a deployment and say what to do: serverless replication doctor --stage prod',
        lifecycleEvents: ['examine'],
        options: { ...region, ...json },
      },
      rules: {
        type: 'container',
        commands: {
          get: {
            usage: 'Print the rules as they are stored: serverless replication rules get --bucket photos-1250000000',
            lifecycleEvents: ['print'],
            options: { ...region, ...json, ...bucket },
          },
          put: {
            usage: 'Store rules and replace all present ones: serverless replication rules put --file rules.xml',
            lifecycleEvents: ['store'],
            options: {
              ...region,
              ...json,
              ...bucket,
              file: { usage: 'ReplicationConfiguration in XML; - reads stdin', type: 'string', required: true },
            },
          },
          delete: {
            usage: 'Remove all rules; replicas stay: serverless replication rules delete --bucket photos-1250000000',
            lifecycleEvents: ['remove'],
            options: { ...region, ...json, ...bucket },
          },
        },
      },
      failures: {
        usage: 'List waiting and failed work with its causes: serverless replication failures --state FAILED',
        lifecycleEvents: ['list'],
        options: {
          ...region,
          ...json,
          ...bucket,
          state: { usage: 'Only FAILED work, or only PENDING work', type: 'string' },
          limit: { usage: 'Most keys to show (default: 1000)', type: 'string' },
        },
      },
      reattempt: {
        usage:
          'Try waiting work now, of all or some keys: serverless replication reattempt --key 2026/a.jpg --key b.jpg',
        lifecycleEvents: ['start'],
        options: {
          ...region,
          ...json,
          ...bucket,
          key: { usage: 'Key to look at, even without waiting work; may be given more than once', type: 'multiple' },
        },
      },
      preflight: {
        usage: 'Try every destination with objects of its own: serverless replication preflight',
        lifecycleEvents: ['try'],
        options: { ...region, ...json, ...bucket },
      },
      'dry-run': {
        usage:
          'Count what rules would replicate, without storing them: serverless replication dry-run --file rules.xml',
        lifecycleEvents: ['count'],
        options: {
          ...region,
          ...json,
          ...bucket,
          file: { usage: 'ReplicationConfiguration in XML; - reads stdin', type: 'string', required: true },
        },
      },
      key: {
        type: 'container',
        commands: {
          add: {
            usage: 'Make an API key pair, the secret is shown once: serverless replication key add --rights read',
            lifecycleEvents: ['add'],
            options: {
              ...region,
              ...json,
              buckets: { usage: 'Source buckets it may manage, comma-separated (default: all)', type: 'string' },
              destinations: {
                usage: 'Destination buckets it may replicate to and ask about, comma-separated (default: all)',
                type: 'string',
              },
              rights: { usage: 'Of read, write, metrics, comma-separated (default: read,write)', type: 'string' },
            },
          },
          list: {
            usage: 'List the API keys, without secrets: serverless replication key list --json',
            lifecycleEvents: ['list'],
            options: { ...region, ...json },
          },
          remove: {
            usage: 'Remove an API key: serverless replication key remove --id AKID…',
            lifecycleEvents: ['remove'],
            options: { ...region, id: { usage: 'Secret ID of the key', type: 'string', required: true } },
          },
        },
      },
      'marker-key': {
        type: 'container',
        commands: {
          rotate: {
            usage: 'Sign new replicas with a new key, old ones stay valid: serverless replication marker-key rotate',
            lifecycleEvents: ['rotate'],
            options: region,
          },
        },
      },
    },
  },
} as const;

interface Command {
  readonly usage?: string;
  readonly commands?: Readonly<Record<string, Command>>;
}

/**
 * The sentence about an unknown command below `replication`; undefined when the command is known. `words`: the command
 * line up to its first option.
 */
export function explainUnknown(words: readonly string[]): string | undefined {
  if (words[0] !== 'replication') return undefined;
  let at: Command = commands.replication;
  for (const [index, word] of words.slice(1).entries()) {
    const known = at.commands ?? {};
    const next = Object.hasOwn(known, word) ? known[word] : undefined;
    if (next !== undefined) {
      at = next;
      continue;
    }
    const before = words.slice(0, index + 1).join(' ');
    const names = Object.keys(known).join(', ');
    const advice = names === '' ? `it takes no "${word}"` : `use one of ${names}`;
    return `There is no command "${before} ${word}": ${advice}. "npx serverless ${before} --help" explains.`;
  }
  return undefined;
}
