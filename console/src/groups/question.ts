import type { CriteriaCatalogue } from './criteria.js';
import {
  criterionFaults,
  type CriterionPart,
  noConditions,
  type FilterFault,
  filterFaults,
  filterVariable,
  type PartGroup,
} from './filterModel.js';

export const tableDimensions = ['YEAR', 'SEX', 'DISTRICT', 'AGE_BAND', 'FAMILY_TYPE'] as const;
export type TableDimension = (typeof tableDimensions)[number];

/** A period of days (ISO 8601). */
interface Period {
  readonly from: string;
  readonly until: string;
}

/** What is asked about a group. */
export type Asked =
  | { readonly kind: 'size' }
  | { readonly kind: 'table'; readonly by: readonly TableDimension[]; readonly years: readonly number[] }
  | ({ readonly kind: 'serviceUse'; readonly services: readonly string[]; readonly byYear: boolean } & Period)
  | ({ readonly kind: 'commonPaths'; readonly first: number; readonly steps: number } & Period)
  | {
      readonly kind: 'differences';
      readonly comparedWith: PartGroup;
      readonly atEndOf: number | undefined;
    }
  | ({ readonly kind: 'serviceDifferences'; readonly comparedWith: PartGroup } & Period)
  | {
      readonly kind: 'timeToEvent';
      readonly start: CriterionPart | undefined;
      readonly event: CriterionPart | undefined;
      readonly until: string;
      readonly intervals: number;
      readonly months: number;
    };
export type AskedKind = Asked['kind'];
export type AskedOf<Kind extends AskedKind> = Extract<Asked, { kind: Kind }>;

/** A whole question: a group, and what is asked about it. It holds no people. */
export interface PlannerQuestion {
  readonly where: PartGroup;
  readonly asked: Asked;
}

const period = { from: '', until: '' };

/** What is asked, before anything is filled in. */
export const blankAsked: { readonly [Kind in AskedKind]: AskedOf<Kind> } = {
  size: { kind: 'size' },
  table: { kind: 'table', by: ['SEX', 'AGE_BAND'], years: [] },
  serviceUse: { kind: 'serviceUse', services: [], byYear: false, ...period },
  commonPaths: { kind: 'commonPaths', first: 20, steps: 3, ...period },
  differences: { kind: 'differences', comparedWith: noConditions, atEndOf: undefined },
  serviceDifferences: { kind: 'serviceDifferences', comparedWith: noConditions, ...period },
  timeToEvent: {
    kind: 'timeToEvent',
    start: undefined,
    event: undefined,
    until: '',
    intervals: 5,
    months: 12,
  },
};
export const askedKinds = Object.keys(blankAsked) as readonly AskedKind[];

export const blankQuestion: PlannerQuestion = { where: noConditions, asked: blankAsked.size };

/** What keeps a question from being asked. `groups:fault.<kind>` is the text. */
export type QuestionFault =
  | FilterFault
  | {
      readonly kind:
        'years' | 'dimensions' | 'severalYears' | 'period' | 'periodOrder' | 'events' | 'atEndOf';
    };

/** The limits of the gateway. */
export const MOST = { dimensions: 3, steps: 5, paths: 100, intervals: 60 } as const;

export function questionFaults(
  { where, asked }: PlannerQuestion,
  criteria: CriteriaCatalogue,
): readonly QuestionFault[] {
  return [...filterFaults(where, criteria), ...askedFaults(asked, criteria)];
}

function askedFaults(asked: Asked, criteria: CriteriaCatalogue): readonly QuestionFault[] {
  switch (asked.kind) {
    case 'size':
      return [];
    case 'table':
      return [
        ...(asked.by.length > MOST.dimensions ? [{ kind: 'dimensions' } as const] : []),
        ...(asked.years.length === 0 ? [{ kind: 'years' } as const] : []),
        ...(asked.years.length > 1 && !asked.by.includes('YEAR') ? [{ kind: 'severalYears' } as const] : []),
      ];
    case 'serviceUse':
    case 'commonPaths':
      return periodFaults(asked);
    case 'differences':
      return [
        ...filterFaults(asked.comparedWith, criteria),
        ...(asked.atEndOf === undefined ? [{ kind: 'atEndOf' } as const] : []),
      ];
    case 'serviceDifferences':
      return [...filterFaults(asked.comparedWith, criteria), ...periodFaults(asked)];
    case 'timeToEvent': {
      const { start, event, until } = asked;
      if (!start || !event || until === '') return [{ kind: 'events' }];
      return [start, event].flatMap((each) => criterionFaults(each, criteria, true));
    }
  }
}

function periodFaults({ from, until }: Period): readonly QuestionFault[] {
  if (from === '' || until === '') return [{ kind: 'period' }];
  return from > until ? [{ kind: 'periodOrder' }] : [];
}

/** A GraphQL operation. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const PROTECTION =
  'protection { minimum families familyShare noiseMaximum noiseVariance smallestCount questionsLeft }';
const PRICE = 'least most askedBefore budget { unit limit left resetsOn }';
const CODING = '{ code label }';
const DIFFERENCE = `characteristic sector category ${CODING} share otherShare ratio low high`;
const STEP = `sector service ${CODING}`;

/** How a kind of question is written: its field with arguments, what it selects, and its variables. */
interface Writing {
  readonly field: string;
  readonly selects: string;
  /** Variable name to its type. */
  readonly types: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** About the members in a period. */
  readonly inPeriod?: Period;
}

function writingOf(asked: Asked): Writing {
  switch (asked.kind) {
    case 'size':
      return { field: 'size', selects: 'count', types: {}, variables: {} };
    case 'table':
      return {
        field: 'table(by: $by, years: $years)',
        selects: `cells { year sex ${CODING} district ${CODING} ageBand familyType ${CODING} count }`,
        types: { by: '[GroupDimension!]!', years: '[Int!]!' },
        variables: { by: asked.by, years: asked.years },
      };
    case 'serviceUse':
      return {
        field: 'serviceUse(services: $services, byYear: $byYear)',
        selects: `rows { year ${STEP} persons }`,
        types: { services: '[String!]', byYear: 'Boolean!' },
        variables: { services: asked.services.length > 0 ? asked.services : null, byYear: asked.byYear },
        inPeriod: asked,
      };
    case 'commonPaths':
      return {
        field: 'commonPaths(first: $first, steps: $steps)',
        selects: `members paths { steps { ${STEP} } persons share } transitions { step from { ${STEP} } to { ${STEP} } persons }`,
        types: { first: 'Int!', steps: 'Int!' },
        variables: { first: asked.first, steps: asked.steps },
        inPeriod: asked,
      };
    case 'differences':
      return {
        field: 'differences(atEndOf: $atEndOf)',
        selects: `items { ${DIFFERENCE} }`,
        types: { atEndOf: 'Int!', comparedWith: 'CohortFilter' },
        variables: { atEndOf: asked.atEndOf, comparedWith: filterVariable(asked.comparedWith) },
      };
    case 'serviceDifferences':
      return {
        field: 'differences',
        selects: `items { ${DIFFERENCE} }`,
        types: { comparedWith: 'CohortFilter' },
        variables: { comparedWith: filterVariable(asked.comparedWith) },
        inPeriod: asked,
      };
    case 'timeToEvent':
      return {
        field: 'timeToEvent(intervals: $intervals, months: $months)',
        selects: 'intervals { months atRisk events survival }',
        types: { intervals: 'Int!', months: 'Int!', timeTo: 'TimeToEventInput' },
        variables: {
          intervals: asked.intervals,
          months: asked.months,
          timeTo: {
            from: asked.start && filterVariable(asked.start),
            event: asked.event && filterVariable(asked.event),
            until: asked.until,
          },
        },
      };
  }
}

/** The operation that asks. It is charged. */
export function questionOperation(question: PlannerQuestion): Operation {
  const { selects } = writingOf(question.asked);
  return write(question, 'GroupQuestion', 'cohort', `${selects} ${PROTECTION}`);
}

/** The operation that asks for the price. It is free. */
export function priceOperation(question: PlannerQuestion): Operation {
  return write(question, 'GroupPrice', 'cohortPrice', PRICE);
}

function write({ where, asked }: PlannerQuestion, name: string, root: string, selects: string): Operation {
  const { field, types, variables, inPeriod } = writingOf(asked);
  const all = {
    where: 'CohortFilter!',
    ...types,
    ...(inPeriod && { from: 'Date!', until: 'Date!' }),
  };
  const of = ['where', 'comparedWith', 'timeTo'].filter((argument) => argument in all);
  const result = `result: ${field} { ${selects} }`;
  const body = inPeriod ? `members(from: $from, until: $until) { ${result} }` : result;
  const declared = Object.entries(all).map(([variable, type]) => `$${variable}: ${type}`);
  const named = of.map((argument) => `${argument}: $${argument}`);
  return {
    query: `query ${name}(${declared.join(', ')}) { group: ${root}(${named.join(', ')}) { ${body} } }`,
    variables: {
      where: filterVariable(where),
      ...variables,
      ...(inPeriod && { from: inPeriod.from, until: inPeriod.until }),
    },
  };
}

/** An answer to an operation of this file: the part that the question selects is called `result`. */
export interface GroupAnswer<Result> {
  readonly group:
    | { readonly result?: Result | null; readonly members?: { readonly result?: Result | null } | null }
    | null
    | undefined;
}

export function resultIn<Result>(answer: GroupAnswer<Result> | undefined): Result | undefined {
  return answer?.group?.result ?? answer?.group?.members?.result ?? undefined;
}

/** The first year that a question names, as a proposal for the next one. */
export function yearIn(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'atEndOf' && typeof part === 'number') return part;
    const found = yearIn(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
