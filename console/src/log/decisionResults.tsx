import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useFormat } from '../texts/useFormat.js';
import { LoggedTable } from './loggedTable.js';
import { ExportButton } from './exportButton.js';
import type { useDecisions } from './useDecisions.js';

interface DecisionResultsProps {
  readonly caption: string;
  readonly search: ReturnType<typeof useDecisions>;
}

/** What a search found, how far it read, and the rest on request. */
export function DecisionResults({ caption, search }: DecisionResultsProps) {
  const { t } = useTranslation('log');
  const { moment } = useFormat();
  const { found, problem, shortcomings, isWaiting, readOn } = search;
  return (
    <div className="log-results">
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {shortcomings && <ShortcomingsBanner {...shortcomings} />}
      {found && (
        <>
          {found.damaged > 0 && (
            <Notice kind="problem">{t('results.damaged', { count: found.damaged })}</Notice>
          )}
          <LoggedTable caption={caption} decisions={found.decisions} />
          <div className="log-foot">
            <p role="status">
              {t('results.count', { count: found.decisions.length })}{' '}
              {found.cursor === null || found.readBackTo === null
                ? t('results.all')
                : t('results.readBackTo', { at: moment(found.readBackTo) })}
            </p>
            {found.cursor !== null && (
              <Button onPress={readOn} isDisabled={isWaiting}>
                {t('results.readOn')}
              </Button>
            )}
            {found.decisions.length > 0 && <ExportButton filter={found.filter} />}
          </div>
        </>
      )}
      {isWaiting && <Waiting />}
    </div>
  );
}
