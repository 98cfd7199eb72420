import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../parts/notice.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import type { Shortcomings } from '../../refusals/readShortcomings.js';
import { PasskeyFault } from './passkeys.js';

/** The gateway refused a step: its code and what it says. */
export class StepRefused extends Error {
  constructor(
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }

  /** The first fault of an answer; undefined if there is none. */
  static of({ faults, refusals, withheld }: Shortcomings): StepRefused | undefined {
    const [fault] = faults;
    if (fault) return new StepRefused(fault.code, fault.message);
    const [refusal] = [...refusals, ...withheld];
    return refusal && new StepRefused('PURPOSE_NOT_PERMITTED', refusal.reason);
  }
}

const explained = new Set([
  'SIGNATURE_INVALID',
  'POLICY_STALE',
  'POLICY_EXPIRED',
  'POLICY_INVALID',
  'POLICY_UNSIGNED',
  'IDENTITY_CODE_LITERAL',
  'RATE_LIMITED',
  'POLICY_TOO_LARGE',
]);

interface FaultProps {
  readonly problem: unknown;
  readonly retry?: () => void;
}

/** Says why a step did not happen, and what to do. */
export function FaultNotice({ problem, retry }: FaultProps) {
  const { t } = useTranslation(['policies', 'parts']);
  if (problem instanceof PasskeyFault)
    return <Notice kind="problem">{t(`passkey.fault.${problem.kind}`)}</Notice>;
  if (!(problem instanceof StepRefused)) return <ProblemNotice problem={problem} retry={retry} />;
  const { code, message } = problem;
  return (
    <Notice kind="problem">
      <p>{t(`fault.${code !== undefined && explained.has(code) ? code : 'other'}`)}</p>
      <details>
        <summary>{t('fault.details')}</summary>
        <pre lang="en">{message}</pre>
      </details>
      {retry && <Button onPress={retry}>{t('parts:retry')}</Button>}
    </Notice>
  );
}
