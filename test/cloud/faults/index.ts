export { createFaults } from './faults.ts';
export type { FaultControl } from './faults.ts';
export { parseFaultRules } from './rules.ts';
export type { EventFault, FaultMatch, FaultRule } from './rules.ts';
