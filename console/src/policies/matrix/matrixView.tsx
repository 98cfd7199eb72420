import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import { useIsNarrow } from '../useIsNarrow.js';
import { type ExplainedCell, CellDialog } from './cellDialog.js';
import { MatrixFilters } from './matrixFilters.js';
import { MatrixList } from './matrixList.js';
import { MatrixTable } from './matrixTable.js';
import {
  ABOUT_PEOPLE,
  ALL,
  filterMatrix,
  type MatrixFilter,
  matrixQuery,
  type ShownMatrix,
} from './policyMatrix.js';

/** Rows that are drawn at once. More come with a button. */
const ROWS_AT_ONCE = 40;

const noFilter = { purpose: ALL, role: ALL, category: ABOUT_PEOPLE, text: '', derived: false };

/** Who may see what: fields by purposes and roles. */
export function MatrixView() {
  const { t } = useTranslation('policies');
  const { number } = useFormat();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{ policyMatrix: ShownMatrix | null }>(
    matrixQuery,
  );
  const matrix = data?.policyMatrix;
  const [chosen, setFilter] = useState<MatrixFilter>();
  const [rows, setRows] = useState(ROWS_AT_ONCE);
  const [explained, setExplained] = useState<ExplainedCell>();
  const isNarrow = useIsNarrow();
  // All fields at once are hundreds, so the page begins with a registry that has sensitive ones.
  const first = matrix?.fields.find(({ special }) => special) ?? matrix?.fields[0];
  const filter = chosen ?? { ...noFilter, registry: first?.registry ?? ALL };
  const found = useMemo(() => matrix && filterMatrix(matrix, filter), [matrix, filter]);

  return (
    <>
      <PageHeading title={t('matrix.title')} lead={t('matrix.lead')} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {matrix && found && (
        <>
          <MatrixFilters
            matrix={matrix}
            filter={filter}
            onChange={(changed) => {
              setFilter(changed);
              setRows(ROWS_AT_ONCE);
            }}
          />
          <p className="matrix-count" role="status">
            {t('matrix.count', { count: found.fields.length, shown: number(found.fields.length) })}{' '}
            {t('matrix.revision')} <code>{matrix.revision}</code>
          </p>
          {found.fields.length === 0 || found.columns.length === 0 ? (
            <Notice kind="information">{t('matrix.nothing')}</Notice>
          ) : isNarrow ? (
            <MatrixList
              columns={found.columns}
              fields={found.fields.slice(0, rows)}
              onExplain={setExplained}
            />
          ) : (
            <MatrixTable
              columns={found.columns}
              fields={found.fields.slice(0, rows)}
              onExplain={setExplained}
            />
          )}
          {found.fields.length > rows && (
            <p>
              <Button onPress={() => setRows(rows + ROWS_AT_ONCE)}>
                {t('matrix.more', { left: number(found.fields.length - rows) })}
              </Button>
            </p>
          )}
          <Legend />
        </>
      )}
      {explained && <CellDialog cell={explained} onClose={() => setExplained(undefined)} />}
    </>
  );
}

/** What the words in the cells mean. */
function Legend() {
  const { t } = useTranslation('policies');
  return (
    <dl className="matrix-legend">
      {(['ALLOW', 'MASK', 'DENY', 'PROHIBIT'] as const).map((effect) => (
        <div key={effect}>
          <dt>{t(`effect.${effect}`)}</dt>
          <dd>{t(`meaning.${effect}`)}</dd>
        </div>
      ))}
      <div>
        <dt>{t('matrix.conditional')}</dt>
        <dd>{t('meaning.conditional')}</dd>
      </div>
    </dl>
  );
}
