/** The functions for the lifecycle events of the CLI: `info:show`, `replication:status:show`. */
export type Hooks = Readonly<Record<string, () => Promise<void>>>;
