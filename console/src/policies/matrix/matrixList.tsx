import { useState } from 'react';
import { GridList, GridListItem } from 'react-aria-components/GridList';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../parts/choice.js';
import type { ExplainedCell } from './cellDialog.js';
import { EffectMark } from './effectMark.js';
import { FieldName } from './matrixTable.js';
import { cellOf, columnKey, fieldKey, type ShownColumn, type ShownField } from './policyMatrix.js';

interface MatrixListProps {
  /** At least one. */
  readonly columns: readonly ShownColumn[];
  readonly fields: readonly ShownField[];
  readonly onExplain: (cell: ExplainedCell) => void;
}

/** The matrix for narrow windows: one purpose and role at a time. */
export function MatrixList({ columns, fields, onExplain }: MatrixListProps) {
  const { t } = useTranslation('policies');
  const [chosen, setChosen] = useState<string>();
  const column = columns.find((one) => columnKey(one) === chosen) ?? columns[0]!;
  return (
    <>
      <Choice
        label={t('matrix.column')}
        value={columnKey(column)}
        onChange={setChosen}
        options={columns.map((one) => ({
          id: columnKey(one),
          label: `${one.purposeLabel} – ${one.roleLabel}`,
        }))}
      />
      <GridList
        aria-label={t('matrix.title')}
        className="react-aria-GridList matrix-list"
        onAction={(key) => {
          const field = fields.find((one) => fieldKey(one) === key);
          if (field) onExplain({ field, column, cell: cellOf(field, column) });
        }}
      >
        {fields.map((field) => (
          <GridListItem
            key={fieldKey(field)}
            id={fieldKey(field)}
            textValue={field.label ?? field.coordinate}
          >
            <FieldName field={field} />
            <EffectMark cell={cellOf(field, column)} />
          </GridListItem>
        ))}
      </GridList>
    </>
  );
}
