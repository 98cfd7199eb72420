import type { LinkageReject } from '../../../linkage/linkage.js';

/** Why a row of a source is not taken. Reasons are all that a report ever tells of a row besides its number. */
export type RejectReason =
  | LinkageReject
  | 'malformed-row'
  | 'wrong-encoding'
  | 'missing-value'
  | 'invalid-date'
  | 'invalid-number'
  | 'invalid-value'
  | 'unknown-code'
  | 'end-before-start'
  | 'duplicate-id'
  | 'duplicate-subject';
