/** The part of the serverless CLI (3.x) that this plugin uses; the package has no types. */
export interface Serverless {
  readonly serviceDir: string;
  /** `serverless.yml`, or another name that the CLI accepts. */
  readonly configurationFilename: string;
  /** serverless.yml with its variables resolved, our own top-level settings included. */
  readonly configurationInput: Readonly<Record<string, unknown>>;
  readonly service: {
    readonly service: string;
    readonly provider: Readonly<Record<string, unknown>>;
    readonly functions: Readonly<Record<string, FunctionEntry>>;
    readonly package: { readonly path?: string };
  };
  readonly configSchemaHandler: {
    defineTopLevelProperty(name: string, schema: object): void;
    defineProvider(name: string, schemas: object): void;
    /** Called with the CLI's sentences about a configuration that does not match. */
    handleErrorMessages(messages: readonly string[]): void;
  };
  /** `commands`: the words of the command line before its first option. */
  readonly processedInput: { readonly commands: readonly string[] };
  setProvider(name: string, provider: object): void;
}

interface FunctionEntry {
  readonly handler: string;
  readonly events?: readonly unknown[];
  /** The CLI zips the whole folder for a function that has no artifact yet. */
  package?: { individually: true; artifact: string };
}

export interface Writers {
  /** To stdout. */
  writeText(text: string): void;
  /** To stderr. */
  readonly log: {
    /** With `--verbose` only. */
    info(text: string): void;
    notice(text: string): void;
    warning(text: string): void;
  };
  readonly progress: { create(options: { message: string }): { remove(): void } };
}

/** Options of the command line, by their long names. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
