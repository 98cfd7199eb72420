import type { Day } from '../calendar.js';

export type ProtectionStepKind = 'notification' | 'assessment' | 'open-care' | 'placement' | 'after-care';

/** One step of child protection; both days belong to it, and one without `until` still lasts. */
export interface ProtectionStep {
  readonly kind: ProtectionStepKind;
  readonly from: Day;
  readonly until: Day | null;
}

/** Whether a step makes the child a client of child protection while it lasts. */
export function isClientship({ kind }: ProtectionStep): boolean {
  return kind === 'open-care' || kind === 'placement';
}
