/** The value of an argument of a criterion while it is edited. */
export type FieldValue = readonly string[] | number | string | RangeValue;

/** Whole numbers, both ends included. */
export interface RangeValue {
  readonly from?: number;
  readonly until?: number;
}

export interface CriterionPart {
  readonly kind: 'criterion';
  readonly name: string;
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** Conditions: all, at least one, or none of them must be met. */
export interface PartGroup {
  readonly kind: 'group';
  readonly must: Must;
  readonly parts: readonly FilterPart[];
}

export const musts = ['all', 'any', 'none'] as const;
export type Must = (typeof musts)[number];

export const familyMembers = ['ANYONE', 'PARENT', 'CHILD'] as const;
export type FamilyMemberChoice = (typeof familyMembers)[number];

/** People in whose family, at the end of a year, a member meets conditions. */
export interface FamilyCondition {
  readonly kind: 'family';
  readonly member: FamilyMemberChoice;
  readonly atEndOf: number | undefined;
  readonly where: PartGroup;
}

/** People with one event, and another on a later day. */
export interface SequencePart {
  readonly kind: 'sequence';
  readonly first: CriterionPart | undefined;
  readonly next: CriterionPart | undefined;
  readonly withinMonths: number | undefined;
}

export type FilterPart = CriterionPart | PartGroup | FamilyCondition | SequencePart;

export const noConditions: PartGroup = { kind: 'group', must: 'all', parts: [] };

/** The limits of the gateway (registry-kit/criteria/groupFilter.ts). */
const MOST_DEPTH = 12;
const MOST_CRITERIA = 40;

/** What keeps a filter from being asked. `groups:fault.<kind>` is the text. */
export type FilterFault =
  | { readonly kind: 'missing'; readonly criterion: string; readonly field: string }
  | { readonly kind: 'reversed'; readonly criterion: string; readonly field: string }
  | { readonly kind: 'unknown'; readonly criterion: string }
  | { readonly kind: 'emptyGroup' | 'emptyFamily' | 'familyYear' | 'sequence' | 'tooMany' | 'tooDeep' };

/** What a check needs to know of criteria. */
export interface KnownCriteria {
  fieldsOf(name: string, asEvent: boolean): readonly { readonly name: string; readonly required: boolean }[];
  find(name: string): object | undefined;
}

/** Lists what is missing or wrong in a filter. The outermost group may be empty: that is everybody. */
export function filterFaults(filter: PartGroup, criteria: KnownCriteria): readonly FilterFault[] {
  const faults: FilterFault[] = [];
  let count = 0;
  const visit = (part: FilterPart, depth: number): void => {
    if (depth > MOST_DEPTH) faults.push({ kind: 'tooDeep' });
    switch (part.kind) {
      case 'criterion':
        count++;
        return void faults.push(...criterionFaults(part, criteria, false));
      case 'group':
        if (part.parts.length === 0 && depth > 0) faults.push({ kind: 'emptyGroup' });
        return part.parts.forEach((each) => visit(each, depth + 1));
      case 'family':
        if (part.atEndOf === undefined) faults.push({ kind: 'familyYear' });
        if (part.where.parts.length === 0) return void faults.push({ kind: 'emptyFamily' });
        return visit(part.where, depth + 1);
      case 'sequence':
        count += 2;
        if (!part.first || !part.next || !part.withinMonths) faults.push({ kind: 'sequence' });
        for (const event of [part.first, part.next])
          if (event) faults.push(...criterionFaults(event, criteria, true));
    }
  };
  visit(filter, 0);
  if (count > MOST_CRITERIA) faults.push({ kind: 'tooMany' });
  return faults;
}

/** @param asEvent as a part of a sequence, or of a time to an event */
export function criterionFaults(
  { name, values }: CriterionPart,
  criteria: KnownCriteria,
  asEvent: boolean,
): readonly FilterFault[] {
  if (!criteria.find(name)) return [{ kind: 'unknown', criterion: name }];
  const { from, until } = values;
  const isReversed = typeof from === 'string' && typeof until === 'string' && until !== '' && from > until;
  const period: FilterFault[] = isReversed ? [{ kind: 'reversed', criterion: name, field: 'until' }] : [];
  const fields = criteria.fieldsOf(name, asEvent).flatMap((field): FilterFault[] => {
    const value = values[field.name];
    if (field.required && isEmpty(value)) return [{ kind: 'missing', criterion: name, field: field.name }];
    const { from, until } = rangeOf(value);
    const isReversed = from !== undefined && until !== undefined && from > until;
    return isReversed ? [{ kind: 'reversed', criterion: name, field: field.name }] : [];
  });
  return [...period, ...fields];
}

export function isEmpty(value: FieldValue | undefined): boolean {
  if (value === undefined || value === '') return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  const { from, until } = rangeOf(value);
  return from === undefined && until === undefined;
}

function rangeOf(value: FieldValue | undefined): RangeValue {
  return typeof value === 'object' && !Array.isArray(value) ? (value as RangeValue) : {};
}

/** Replaces one of the parts of a group; undefined removes it. */
export function withPart(group: PartGroup, index: number, part: FilterPart | undefined): PartGroup {
  return { ...group, parts: group.parts.flatMap((each, at) => (at === index ? (part ?? []) : [each])) };
}

/** The variable of type CohortFilter that a filter stands for. */
export function filterVariable(part: FilterPart): Readonly<Record<string, unknown>> {
  switch (part.kind) {
    case 'criterion':
      return { [part.name]: valuesVariable(part) };
    case 'group': {
      const of = part.parts.map(filterVariable);
      if (part.must === 'none') return { not: { any: of } };
      return { [part.must]: of };
    }
    case 'family':
      return { family: { member: part.member, atEndOf: part.atEndOf, where: filterVariable(part.where) } };
    case 'sequence':
      return {
        sequence: {
          first: part.first && filterVariable(part.first),
          next: part.next && filterVariable(part.next),
          withinMonths: part.withinMonths,
        },
      };
  }
}

function valuesVariable({ values }: CriterionPart): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

/**
 * Reads a variable of type CohortFilter, as a person or this console wrote it. An object with several entries
 * means all of them.
 * @throws FilterFormError
 */
export function readFilterVariable(value: unknown): PartGroup {
  const parts = readParts(value);
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'group' ? only : { kind: 'group', must: 'all', parts };
}

/** A text that is no filter. The place is a path such as `where.all[0].family`. */
export class FilterFormError extends Error {
  constructor(readonly place: string) {
    super(place);
  }
}

function readParts(value: unknown, place = 'where', depth = 0): readonly FilterPart[] {
  if (depth > MOST_DEPTH) throw new FilterFormError(place);
  return Object.entries(recordOf(value, place)).flatMap(([name, given]): FilterPart[] => {
    if (given === null || given === undefined) return [];
    const at = `${place}.${name}`;
    switch (name) {
      case 'all':
      case 'any':
        return [{ kind: 'group', must: name, parts: readList(given, at, depth) }];
      case 'not': {
        const [only, ...more] = readParts(given, at, depth + 1);
        const isAny = only?.kind === 'group' && only.must === 'any' && more.length === 0;
        if (isAny) return [{ ...only, must: 'none' }];
        return [{ kind: 'group', must: 'none', parts: [joined([...(only ? [only] : []), ...more])] }];
      }
      case 'family': {
        const { member, atEndOf, where } = recordOf(given, at);
        if (!familyMembers.includes(member as FamilyMemberChoice) || !Number.isInteger(atEndOf))
          throw new FilterFormError(at);
        const of = joined(readParts(where, `${at}.where`, depth + 1));
        const group: PartGroup = of.kind === 'group' ? of : { kind: 'group', must: 'all', parts: [of] };
        return [
          { kind: 'family', member: member as FamilyMemberChoice, atEndOf: atEndOf as number, where: group },
        ];
      }
      case 'sequence': {
        const { first, next, withinMonths } = recordOf(given, at);
        if (!Number.isInteger(withinMonths)) throw new FilterFormError(`${at}.withinMonths`);
        return [
          {
            kind: 'sequence',
            first: readEventVariable(first, `${at}.first`),
            next: readEventVariable(next, `${at}.next`),
            withinMonths: withinMonths as number,
          },
        ];
      }
      default:
        return [readCriterion(name, given, at)];
    }
  });
}

function readList(value: unknown, place: string, depth: number): readonly FilterPart[] {
  if (!Array.isArray(value)) throw new FilterFormError(place);
  return value.map((each, index) => joined(readParts(each, `${place}[${index}]`, depth + 1)));
}

/** Several entries of one object: all of them. */
function joined(parts: readonly FilterPart[]): FilterPart {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'group', must: 'all', parts };
}

/**
 * Reads an event: exactly one criterion.
 * @throws FilterFormError
 */
export function readEventVariable(value: unknown, place: string): CriterionPart {
  const entries = Object.entries(recordOf(value, place)).filter(([, given]) => given != null);
  const [only] = entries;
  if (entries.length !== 1 || !only) throw new FilterFormError(place);
  return readCriterion(only[0], only[1], `${place}.${only[0]}`);
}

/** The names of fields are GraphQL names, so that no key of an object's prototype is among them. */
const NAME = /^[A-Za-z][A-Za-z0-9]*$/;

function readCriterion(name: string, given: unknown, place: string): CriterionPart {
  if (!NAME.test(name)) throw new FilterFormError(place);
  const values = Object.entries(recordOf(given, place)).flatMap(([field, value]) => {
    if (value === null || value === undefined) return [];
    if (!NAME.test(field) || !isFieldValue(value)) throw new FilterFormError(`${place}.${field}`);
    return [[field, value] as const];
  });
  return { kind: 'criterion', name, values: Object.fromEntries(values) };
}

function isFieldValue(value: unknown): value is FieldValue {
  if (typeof value === 'string' || Number.isInteger(value)) return true;
  if (Array.isArray(value)) return value.every((code) => typeof code === 'string');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([end, bound]) => (end === 'from' || end === 'until') && Number.isInteger(bound),
  );
}

function recordOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FilterFormError(place);
  return value as Readonly<Record<string, unknown>>;
}
