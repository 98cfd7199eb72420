import type { CriteriaCatalogue, CriterionField } from './criteria.js';
import { CodesField } from './codesField.js';
import type { CriterionPart, FieldValue, RangeValue } from './filterModel.js';
import type { Words } from './sentences.js';
import { DayField } from '../parts/dayField.js';
import { WholeNumberField } from './valueFields.js';

interface CriterionEditorProps {
  readonly part: CriterionPart;
  readonly words: Words;
  /** As an event of a sequence or of a waiting time. */
  readonly asEvent?: boolean;
  readonly onChange: (part: CriterionPart) => void;
}

/** The fields of a criterion, whichever registry declares it. */
export function CriterionEditor({ part, words, asEvent = false, onChange }: CriterionEditorProps) {
  const { criteria } = words;
  return (
    <div className="groups-fields">
      {criteria.fieldsOf(part.name, asEvent).map((field) => (
        <ValueField
          key={field.name}
          criterion={part.name}
          field={field}
          value={part.values[field.name]}
          words={words}
          onChange={(value) => onChange({ ...part, values: changed(part.values, field.name, value) })}
        />
      ))}
    </div>
  );
}

interface ValueFieldProps {
  readonly criterion: string;
  readonly field: CriterionField;
  readonly value: FieldValue | undefined;
  readonly words: Words;
  readonly onChange: (value: FieldValue | undefined) => void;
}

function ValueField({ criterion, field, value, words, onChange }: ValueFieldProps) {
  const { t, codeName } = words;
  const label = fieldLabel(criterion, field.name, words);
  switch (field.kind) {
    case 'CODES':
      return (
        <CodesField
          label={label}
          codes={field.codes}
          nameOf={(code) => codeName(criterion, field.name, code)}
          chosen={(value as readonly string[] | undefined) ?? []}
          onChange={(codes) => onChange(codes.length > 0 ? codes : undefined)}
          hint={t('codesHint')}
        />
      );
    case 'RANGE': {
      const range = (value ?? {}) as RangeValue;
      const change = (end: keyof RangeValue) => (bound: number | undefined) =>
        onChange(changed<number>(range as Record<string, number>, end, bound));
      return (
        <>
          <WholeNumberField
            label={t('rangeFrom', { field: label })}
            value={range.from}
            onChange={change('from')}
          />
          <WholeNumberField
            label={t('rangeUntil', { field: label })}
            value={range.until}
            onChange={change('until')}
          />
        </>
      );
    }
    case 'DAY':
      return (
        <DayField
          label={label}
          value={(value as string | undefined) ?? ''}
          onChange={(day) => onChange(day || undefined)}
        />
      );
    case 'COUNT':
    case 'YEAR':
      return (
        <WholeNumberField
          label={label}
          value={value as number | undefined}
          onChange={onChange}
          {...(field.kind === 'YEAR' ? { least: 1800, most: 2200 } : { least: 1 })}
        />
      );
  }
}

/** Replaces one of some values; undefined removes it. */
function changed<Value>(
  values: Readonly<Record<string, Value>>,
  name: string,
  value: Value | undefined,
): Readonly<Record<string, Value>> {
  const others = Object.entries(values).filter(([other]) => other !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}

/** The name of a field; of one that the console does not know, in the words of the schema. */
export function fieldLabel(criterion: string, field: string, { t, criteria }: Words): string {
  return t(`field.${field}`, { defaultValue: '' }) || criteria.describeArgument(criterion, field);
}

/** The name of a criterion; of one that the console does not know, in the words of the schema. */
export function criterionLabel(name: string, { t, criteria }: Pick<Words, 't' | 'criteria'>): string {
  return t(`criterion.${name}`, { defaultValue: '' }) || criteria.describe(name);
}

/** A criterion before its fields are filled in. */
export function newCriterion(
  name: string,
  criteria: CriteriaCatalogue,
  year: number | undefined,
): CriterionPart {
  const hasYear = criteria.fieldsOf(name, false).some((field) => field.name === 'atEndOf');
  return { kind: 'criterion', name, values: hasYear && year !== undefined ? { atEndOf: year } : {} };
}
