import type { Factor } from '../registry/factors/factor.js';

/** A registry that has factors of risk. */
export interface RiskSource {
  readonly registry: string;
  readonly factors: readonly Factor[];
}
