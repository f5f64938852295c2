/** The functions by lifecycle event of the CLI: `info:show`, `replication:status:show`. */
export type Hooks = Readonly<Record<string, () => Promise<void>>>;
