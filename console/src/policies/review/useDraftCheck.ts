import { useState } from 'react';
import { useSettled } from '../../parts/useSettled.js';
import { useAnswer } from '../../session/useAnswer.js';
import { StepRefused } from '../revisions/faultNotice.js';
import { DRAFT_CHECK, type DraftCheck } from './draftCheck.js';

/** What would be proposed. Its identity changes with it. */
export interface EditedDraft {
  /** The files whose text changes. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The files that are set again as they are, so that they expire later. */
  readonly renew: readonly string[];
}

/** How far the check of a draft is. */
export interface DraftChecking {
  /** Of the draft, or of an earlier one while {@link isCurrent} is false. */
  readonly check: DraftCheck | undefined;
  readonly isCurrent: boolean;
  readonly isChecking: boolean;
  /** What went wrong, for `<FaultNotice>`; undefined: nothing. */
  readonly problem: unknown;
  retry(): void;
}

/** A draft is checked when it has not changed for this long, so that few checks begin in vain. */
const SETTLED_MS = 600;

const checkQuery = `query CheckPolicyDraft($files: [PolicyFileInput!]!, $renew: [String!]!) {
  checkPolicyDraft(files: $files, renew: $renew) { ${DRAFT_CHECK} }
}`;

/** Checks a draft by itself. When a newer one is checked, the check of the earlier one is cancelled. */
export function useDraftCheck(draft: EditedDraft): DraftChecking {
  const settled = useSettled(draft, SETTLED_MS);
  const isEmpty = draft.files.length + draft.renew.length === 0;
  const isSettled = settled === draft && !isEmpty;
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{
    readonly checkPolicyDraft: DraftCheck | null;
  }>(checkQuery, { ...settled }, { enabled: isSettled });
  const found = isSettled ? (data?.checkPolicyDraft ?? undefined) : undefined;
  const [last, setLast] = useState<DraftCheck>();
  if (found !== undefined && found !== last) setLast(found);
  return {
    check: isEmpty ? undefined : (found ?? last),
    isCurrent: found !== undefined,
    isChecking: !isEmpty && (!isSettled || isWaiting),
    problem: isSettled && !isWaiting ? (problem ?? StepRefused.of(shortcomings)) : undefined,
    retry,
  };
}
