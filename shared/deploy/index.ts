/** Deployment of the functions to Tencent SCF, as a provider plugin for the serverless CLI; no other folder needs it. */
export { default } from './plugin.ts';
