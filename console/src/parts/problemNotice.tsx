import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { NoAnswer } from '../session/gatewayClient.js';
import { Notice } from './notice.js';

interface ProblemProps {
  /** What was thrown. Only what the console knows is shown of it. */
  readonly problem: unknown;
  readonly retry?: (() => void) | undefined;
}

/** Says in words what went wrong, and what to do. */
export function ProblemNotice({ problem, retry }: ProblemProps) {
  const { t } = useTranslation(['session', 'parts']);
  const kind = problem instanceof NoAnswer ? problem.kind : 'fault';
  const decision = problem instanceof NoAnswer ? problem.decision : undefined;
  return (
    <Notice kind="problem">
      <p>{t(`session:problem.${kind}`)}</p>
      {decision && (
        <p className="notice-trace">
          {t('parts:decision')} <code>{decision}</code>
        </p>
      )}
      {kind === 'session-ended' ? (
        <Button onPress={() => window.location.reload()}>{t('session:logInAgain')}</Button>
      ) : (
        retry && <Button onPress={retry}>{t('parts:retry')}</Button>
      )}
    </Notice>
  );
}
