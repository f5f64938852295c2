/** What is done at which moment of the CLI: `info:show`, `replication:status:show`. */
export type Hooks = Readonly<Record<string, () => Promise<void>>>;
