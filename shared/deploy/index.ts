/** Deploys the functions to Tencent SCF, as a provider plugin for the serverless CLI. No other folder needs it. */
export { default } from './plugin.ts';
