import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useFormat } from '../texts/useFormat.js';
import { useReads } from './useReads.js';

/** What trained on data of the user, what predictions are for, and how to object. */
export function Models() {
  const { t } = useTranslation('own-data');
  const { moment } = useFormat();
  const { reads, shortcomings, problem, isKnown, isWaiting, hasMore, more } = useReads({ isWhole: true });
  const used = reads.filter(({ kind }) => kind === 'MODEL_TRAINING' || kind === 'MODEL_EVALUATION');
  return (
    <section className="own-part own-words" aria-labelledby="own-models">
      <h2 id="own-models">{t('models.title')}</h2>
      <p>{t('models.what')}</p>
      <p>{t('models.decides')}</p>

      <h3>{t('models.used')}</h3>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} retry={more} />}
      <ShortcomingsBanner {...shortcomings} />
      {isKnown && used.length === 0 && <p>{t('models.notUsed')}</p>}
      {used.length > 0 && (
        <DataTable
          caption={t('models.table')}
          rows={used}
          rowKey={({ id }) => id}
          columns={[
            { id: 'at', heading: t('models.at'), cell: ({ at }) => moment(at), isRowHeading: true },
            { id: 'kind', heading: t('models.use'), cell: ({ kind }) => t(`kind.${kind!}`) },
            {
              id: 'recipient',
              heading: t('models.by'),
              cell: ({ recipient }) => recipient?.label ?? t('readers.hiddenReader'),
            },
            { id: 'decision', heading: t('readers.decision'), cell: ({ id }) => <code>{id}</code> },
          ]}
        />
      )}
      {isKnown && hasMore && <p>{t('models.notAll')}</p>}
      <p>{t('models.namesNobody')}</p>

      <h3>{t('models.object')}</h3>
      <p>{t('models.objectHow')}</p>
      <p>{t('models.objectThen')}</p>
      <Notice kind="warning">{t('models.objectWarning')}</Notice>
    </section>
  );
}
