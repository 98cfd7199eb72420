import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import breakGlassUses from './breakGlassUses.graphql';
import loggedDecision from './loggedDecision.graphql';
import type { GlassUse } from './decision.js';
import { ReviewDialog } from './reviewDialog.js';

const usesQuery = `${breakGlassUses}${loggedDecision}`;

interface UsesAnswer {
  readonly breakGlassUses: {
    readonly unreviewed: number;
    readonly overdue: number;
    readonly cursor: string | null;
    readonly uses: readonly GlassUse[];
  } | null;
}

/** Uses of break-glass: to review, and reviewed. */
export function BreakGlassView() {
  const { t } = useTranslation('log');
  const { moment, number } = useFormat();
  const [isReviewed, setIsReviewed] = useState(false);
  const [after, setAfter] = useState<string>();
  const [opened, setOpened] = useState<GlassUse>();
  const variables = { reviewed: isReviewed, after };
  const { data, problem, shortcomings, isWaiting, retry } = useAnswer<UsesAnswer>(usesQuery, variables);
  const page = data?.breakGlassUses;
  const show = (reviewed: boolean): void => {
    setIsReviewed(reviewed);
    setAfter(undefined);
  };
  return (
    <>
      <p className="page-lead">{t('glass.lead')}</p>
      {page && (
        <Notice kind={page.overdue > 0 ? 'warning' : 'information'}>
          {t('glass.unreviewed', { count: page.unreviewed })}{' '}
          {page.overdue > 0 && t('glass.overdue', { count: page.overdue })}
        </Notice>
      )}
      <ToggleButtonGroup
        className="react-aria-ToggleButtonGroup log-choice"
        aria-label={t('glass.which')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[isReviewed ? 'reviewed' : 'open']}
        onSelectionChange={(keys) => show(keys.has('reviewed'))}
      >
        <ToggleButton id="open">{t('glass.open')}</ToggleButton>
        <ToggleButton id="reviewed">{t('glass.reviewed')}</ToggleButton>
      </ToggleButtonGroup>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {page && (
        <DataTable
          caption={isReviewed ? t('glass.reviewed') : t('glass.open')}
          rows={page.uses}
          rowKey={({ decision }) => decision.id}
          empty={t('glass.empty')}
          columns={[
            {
              id: 'at',
              heading: t('table.at'),
              isRowHeading: true,
              cell: ({ decision, isOverdue }) => (
                <>
                  {moment(decision.at)}
                  {isOverdue && <span className="log-broke">{t('glass.isOverdue')}</span>}
                </>
              ),
            },
            { id: 'reader', heading: t('table.reader'), cell: ({ decision }) => decision.reader },
            {
              id: 'recipient',
              heading: t('table.recipient'),
              cell: ({ decision }) => decision.recipientLabel,
            },
            { id: 'reason', heading: t('glass.reason'), cell: ({ decision }) => decision.breakGlass },
            {
              id: 'people',
              heading: t('table.people'),
              isNumber: true,
              cell: ({ decision }) => number(decision.people),
            },
            ...(isReviewed
              ? [
                  {
                    id: 'verdict',
                    heading: t('glass.verdict'),
                    cell: ({ reviews }: GlassUse) => verdictOf(reviews[0]),
                  },
                ]
              : []),
            {
              id: 'review',
              heading: t('glass.action'),
              cell: (use) => (
                <Button
                  aria-label={t('glass.reviewOf', {
                    at: moment(use.decision.at),
                    reader: use.decision.reader,
                  })}
                  onPress={() => setOpened(use)}
                >
                  {isReviewed ? t('table.open') : t('glass.review')}
                </Button>
              ),
            },
          ]}
        />
      )}
      {page?.cursor != null && (
        <div className="log-foot">
          <Button onPress={() => setAfter(page.cursor!)}>{t('glass.next')}</Button>
        </div>
      )}
      {isWaiting && <Waiting />}
      {opened && (
        <ReviewDialog
          use={opened}
          onClose={() => setOpened(undefined)}
          onReviewed={() => {
            setOpened(undefined);
            retry();
          }}
        />
      )}
    </>
  );

  function verdictOf(review: GlassUse['reviews'][number] | undefined): string {
    if (!review) return t('details.none');
    return t('glass.by', {
      verdict: t(`verdict.${review.verdict}`),
      reviewer: review.reviewer,
      at: moment(review.at),
    });
  }
}
