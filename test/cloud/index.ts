/** The local cloud: a Tencent cloud of COS, SCF, CAM and the cloud API on one port of this machine. */
export { startCloud } from './cloud.ts';
export type { CloudOptions, LocalAccount, LocalCloud } from './cloud.ts';
export type { EventFault, FaultControl, FaultMatch, FaultRule } from './faults/index.ts';
