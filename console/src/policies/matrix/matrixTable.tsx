import { Button } from 'react-aria-components/Button';
import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components/Table';
import { useTranslation } from 'react-i18next';
import type { ExplainedCell } from './cellDialog.js';
import { EffectMark } from './effectMark.js';
import { cellOf, columnKey, fieldKey, type ShownColumn, type ShownField } from './policyMatrix.js';

interface MatrixTableProps {
  readonly columns: readonly ShownColumn[];
  readonly fields: readonly ShownField[];
  readonly onExplain: (cell: ExplainedCell) => void;
}

/** The matrix as a grid: arrow keys walk through its cells, Enter explains one. */
export function MatrixTable({ columns, fields, onExplain }: MatrixTableProps) {
  const { t } = useTranslation('policies');
  return (
    <div className="matrix-scroll">
      <Table aria-label={t('matrix.title')} className="react-aria-Table matrix">
        <TableHeader>
          <Column isRowHeader>{t('matrix.field')}</Column>
          {columns.map((column) => (
            <Column key={columnKey(column)} id={columnKey(column)}>
              <span className="matrix-purpose">{column.purposeLabel}</span>
              <small>{column.roleLabel}</small>
            </Column>
          ))}
        </TableHeader>
        <TableBody>
          {fields.map((field) => (
            <Row key={fieldKey(field)} id={fieldKey(field)}>
              <Cell>
                <FieldName field={field} />
              </Cell>
              {columns.map((column) => {
                const cell = cellOf(field, column);
                return (
                  <Cell key={columnKey(column)}>
                    <Button
                      className="react-aria-Button matrix-cell"
                      onPress={() => onExplain({ field, column, cell })}
                    >
                      <EffectMark cell={cell} />
                    </Button>
                  </Cell>
                );
              })}
            </Row>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

/** The name that the owner gave to a field, its technical name, and what kind of fact it is. */
export function FieldName({ field }: { readonly field: ShownField }) {
  const { t } = useTranslation('policies');
  const { label, coordinate, category, special, derivedType } = field;
  return (
    <span className="field-name">
      {label !== null && <b>{label}</b>}
      <code>{coordinate}</code>
      {derivedType !== null && <span>{t('matrix.usedFor', { type: derivedType })}</span>}
      <small>
        {category === null ? t('matrix.unclassified') : t(`category.${category}`)}
        {special && ` · ${t('matrix.special')}`}
      </small>
    </span>
  );
}
