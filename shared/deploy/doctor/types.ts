import type COS from 'cos-nodejs-sdk-v5';
import type { KeyStore } from '../../access/index.ts';
import type { Cos, Place } from '../../cos/index.ts';
import type { CloudApi } from '../cloud/cloud-api.ts';
import type { Scf } from '../cloud/scf.ts';
import type { Artifact, Settings } from '../types.ts';

/**
 * `broken`: replication, or a part of it, does not work or is open to others. `warning`: it works, but needs attention.
 */
export type Severity = 'broken' | 'warning';

/** A fault of the deployment, in words for the user. */
export interface Finding {
  readonly severity: Severity;
  /** The faulty part: a function, a role, a bucket. */
  readonly subject: string;
  readonly problem: string;
  /** The action that mends it. */
  readonly advice: string;
}

/** Everything that the checks need from outside. They only read. */
export interface DoctorDeps {
  readonly settings: Settings;
  readonly api: CloudApi;
  readonly scf: Scf;
  readonly sdk: COS;
  readonly cos: Cos;
  readonly keys: Pick<KeyStore, 'list'>;
  /** The code of a bundle as this folder would deploy it now. */
  readonly artifactOf: (bundle: string) => Promise<Artifact>;
  /** ms since 1970 by the clock of COS, requested without a signature, because none is valid with a wrong clock. */
  readonly cosTime: (place: Place) => Promise<number>;
  /** Calls the API at a custom domain. Returns a description of the fault; undefined when there is none. */
  readonly askDomain: (name: string) => Promise<string | undefined>;
  /** ms since 1970 by the clock of this computer. */
  readonly now: () => number;
}

export type Check = (deps: DoctorDeps) => Promise<readonly Finding[]>;

/** The advice for every fault that the next deployment mends. */
export const DEPLOY = 'Run "npx serverless deploy": it puts this right.';

export const broken = (subject: string, problem: string, advice: string): Finding => ({
  severity: 'broken',
  subject,
  problem,
  advice,
});

export const warning = (subject: string, problem: string, advice: string): Finding => ({
  severity: 'warning',
  subject,
  problem,
  advice,
});
