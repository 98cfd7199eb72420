import type { TFunction } from 'i18next';
import { locales } from '../texts/languages.js';
import type { Format } from '../texts/useFormat.js';
import type { CriteriaCatalogue } from './criteria.js';
import {
  type CriterionPart,
  type FieldValue,
  type FilterPart,
  isEmpty,
  type PartGroup,
  type RangeValue,
} from './filterModel.js';

/** What sentences about a filter need: texts, formats, the schema, and names of codes. */
export interface Words {
  readonly t: TFunction<'groups'>;
  readonly format: Format;
  readonly criteria: CriteriaCatalogue;
  /** The name of a code, or the code. */
  readonly codeName: (criterion: string, field: string, code: string) => string;
}

/** Written in place of a value that is still missing. */
const MISSING = '…';

/** CriteriaCatalogue whose sentence contains their values. The values of others are appended. */
const spoken: Readonly<Record<string, readonly string[]>> = {
  birthYear: ['between'],
  age: ['between', 'atEndOf'],
  sex: ['in'],
  language: ['in'],
  district: ['in', 'atEndOf'],
  familyType: ['in', 'atEndOf'],
  children: ['number', 'atEndOf'],
};

/** A part of a filter as a sentence, such as "born between 2004 and 2010". */
export function partSentence(part: FilterPart, words: Words): string {
  const { t, format } = words;
  switch (part.kind) {
    case 'criterion':
      return criterionSentence(part, words);
    case 'group':
      return groupSentence(part, words);
    case 'family':
      return t(`sentence.family.${part.member}`, {
        year: part.atEndOf ?? MISSING,
        where: inBrackets(part.where, words),
      });
    case 'sequence': {
      const { first, next, withinMonths } = part;
      return t('sentence.sequence', {
        first: first ? criterionSentence(first, words) : MISSING,
        next: next ? criterionSentence(next, words) : MISSING,
        months: withinMonths === undefined ? MISSING : format.number(withinMonths),
      });
    }
  }
}

function groupSentence({ must, parts }: PartGroup, words: Words): string {
  const { t } = words;
  if (parts.length === 0) return t('sentence.everybody');
  const sentences = parts.map((part) => inBrackets(part, words));
  if (must === 'all') return sentences.join(t('sentence.and'));
  const either = sentences.join(t('sentence.or'));
  return must === 'any' ? either : t('sentence.none', { parts: either });
}

/** Groups of several parts stand in brackets, so that "and" and "or" cannot be mixed up. */
function inBrackets(part: FilterPart, words: Words): string {
  const sentence = partSentence(part, words);
  return part.kind === 'group' && part.parts.length > 1 && part.must !== 'none' ? `(${sentence})` : sentence;
}

/** A criterion as a sentence. One that the console does not know is described in the words of the schema. */
export function criterionSentence({ name, values }: CriterionPart, words: Words): string {
  const { t, criteria } = words;
  const inSentence = spoken[name] ?? [];
  const known = Object.fromEntries(
    inSentence.map((field) => [field, valueText(name, field, values[field], words)]),
  );
  const isAny = name === 'district' && isEmpty(values['in']);
  const sentence =
    t(`sentence.criterion.${isAny ? 'districtAny' : name}`, { ...known, defaultValue: '' }) ||
    t('sentence.other', { description: criteria.describe(name) });
  const period = periodText(values, words);
  const fields = criteria.fieldsOf(name, false);
  const order = (field: string): number => fields.findIndex((known) => known.name === field);
  const more = Object.keys(values)
    .filter((field) => !inSentence.includes(field) && !isPeriod(field) && !isEmpty(values[field]))
    .sort((a, b) => order(a) - order(b))
    .map((field) => fieldSentence(name, field, values[field], words));
  return [sentence, ...more, ...(period ? [period] : [])].join(', ');
}

function fieldSentence(
  criterion: string,
  field: string,
  value: FieldValue | undefined,
  words: Words,
): string {
  const { t, criteria } = words;
  const text = valueText(criterion, field, value, words);
  return (
    t(`sentence.field.${field}`, { value: text, defaultValue: '' }) ||
    t('sentence.otherField', { description: criteria.describeArgument(criterion, field), value: text })
  );
}

function isPeriod(field: string): boolean {
  return field === 'from' || field === 'until';
}

function periodText({ from, until }: CriterionPart['values'], { t, format }: Words): string | undefined {
  const [first, last] = [from, until].map((day) =>
    typeof day === 'string' && day !== '' ? format.date(day) : undefined,
  );
  if (first && last) return t('sentence.period.both', { from: first, until: last });
  if (first) return t('sentence.period.from', { from: first });
  return last && t('sentence.period.until', { until: last });
}

function valueText(
  criterion: string,
  field: string,
  value: FieldValue | undefined,
  { t, format, codeName }: Words,
): string {
  if (value === undefined || isEmpty(value)) return MISSING;
  if (typeof value === 'string') return format.date(value);
  if (typeof value === 'number') return field === 'atEndOf' ? String(value) : format.number(value);
  if (Array.isArray(value)) {
    const names = (value as readonly string[]).map((code) => codeName(criterion, field, code));
    return new Intl.ListFormat(locales[format.language], { type: 'disjunction' }).format(names);
  }
  const { from, until } = value as RangeValue;
  // Years have no separator of thousands.
  const isYear = criterion === 'birthYear';
  const write = (end: number): string => (isYear ? String(end) : format.number(end));
  const kind = isYear ? 'years' : 'numbers';
  if (from !== undefined && from === until) return t(`sentence.${kind}.exact`, { from: write(from) });
  if (from !== undefined && until !== undefined)
    return t(`sentence.${kind}.both`, { from: write(from), until: write(until) });
  if (from !== undefined) return t(`sentence.${kind}.from`, { from: write(from) });
  return t(`sentence.${kind}.until`, { until: write(until!) });
}
