import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, coerceInputValue, type GraphQLInputType, parse, validate } from 'graphql';
import {
  noConditions,
  type FieldValue,
  filterFaults,
  type FilterPart,
  FilterFormError,
  filterVariable,
  type PartGroup,
  readFilterVariable,
} from '../../../../console/src/groups/filterModel.js';
import {
  type Asked,
  blankAsked,
  type PlannerQuestion,
  priceOperation,
  questionFaults,
  questionOperation,
} from '../../../../console/src/groups/question.js';
import {
  readSavedQuestion,
  SavedQuestionError,
  storedQuestions,
  storeQuestions,
  withQuestion,
  writeSavedQuestion,
} from '../../../../console/src/groups/savedQuestions.js';
import { parseDay } from '../../../../lib/calendar.js';
import { packageRoot } from '../../../../lib/packageRoot.js';
import { readFilter, writeFilter } from '../../../../registry-kit/criteria/groupFilter.js';
import { criteria, described } from './madeCriteria.js';

const schema = buildSchema(readFileSync(join(packageRoot(), 'schema/subgraphs/cohorts.graphql'), 'utf8'), {
  assumeValidSDL: true,
});

const year = fc.integer({ min: 1990, max: 2020 });
const day = fc
  .record({ year, month: fc.integer({ min: 1, max: 12 }) })
  .map((at) => `${at.year}-${String(at.month).padStart(2, '0')}-01`);

/** The value of a field that the builder can make. */
function valueOf(kind: string): fc.Arbitrary<FieldValue> {
  switch (kind) {
    case 'CODES':
      return fc.uniqueArray(fc.constantFrom('A1', 'B2', 'F30-F39'), { minLength: 1 });
    case 'RANGE':
      return fc
        .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 51, max: 99 }), fc.constantFrom(0, 1, 2))
        .map(([from, until, open]) => (open === 0 ? { from } : open === 1 ? { until } : { from, until }));
    case 'DAY':
      return day;
    case 'YEAR':
      return year;
    default:
      return fc.integer({ min: 1, max: 9 });
  }
}

const criterionPart = (asEvent: boolean) =>
  fc.constantFrom(...described.filter(({ isEvent }) => !asEvent || isEvent)).chain(({ name }) => {
    const fields = criteria
      .fieldsOf(name, asEvent)
      .filter((field) => !['from', 'until'].includes(field.name));
    const required = fields.filter((field) => field.required).map((field) => field.name);
    return fc
      .record(Object.fromEntries(fields.map((field) => [field.name, valueOf(field.kind)])), {
        requiredKeys: required,
      })
      .map((values) => ({ kind: 'criterion' as const, name, values: values as Record<string, FieldValue> }));
  });

/** Filters that the builder can make, complete and not empty. */
const builtPart: fc.Arbitrary<FilterPart> = fc.letrec<{ part: FilterPart; group: FilterPart }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'part' },
    { weight: 4, arbitrary: criterionPart(false) },
    { weight: 1, arbitrary: tie('group') },
    {
      weight: 1,
      arbitrary: fc
        .record({ member: fc.constantFrom('ANYONE', 'PARENT', 'CHILD'), atEndOf: year, where: tie('group') })
        .map(({ where, ...part }) => ({ kind: 'family', where: where as PartGroup, ...part }) as FilterPart),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({
          first: criterionPart(true),
          next: criterionPart(true),
          withinMonths: fc.integer({ min: 1, max: 24 }),
        })
        .map((part) => ({ kind: 'sequence', ...part }) as FilterPart),
    },
  ),
  group: fc
    .record({
      must: fc.constantFrom('all', 'any', 'none'),
      parts: fc.array(tie('part'), { minLength: 1, maxLength: 3 }),
    })
    .map((group) => ({ kind: 'group', ...group }) as FilterPart),
})).part;

const builtFilter: fc.Arbitrary<PartGroup> = fc
  .array(builtPart, { maxLength: 3 })
  .map((parts): PartGroup => ({ kind: 'group', must: 'all', parts }))
  .filter((filter) => filterFaults(filter, criteria).length === 0);

/** The text that the gateway makes of a filter; equal filters have equal texts. */
function canonical(variable: unknown): string {
  const coerced: unknown = JSON.parse(JSON.stringify(variable), (_, value: unknown) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? parseDay(value) : value,
  );
  const lowered: unknown = JSON.parse(JSON.stringify(coerced), (name, value: unknown) =>
    name === 'member' ? String(value).toLowerCase() : value,
  );
  return JSON.stringify(writeFilter(readFilter(lowered)));
}

function inputFaults(variable: unknown, type: string): readonly string[] {
  const faults: string[] = [];
  coerceInputValue(variable, schema.getType(type) as GraphQLInputType, (_path, _value, error) =>
    faults.push(error.message),
  );
  return faults;
}

describe('a filter of the builder', () => {
  it('is a valid CohortFilter that the gateway reads, whatever was built', () => {
    fc.assert(
      fc.property(builtFilter, (filter) => {
        const variable = filterVariable(filter);
        expect(inputFaults(variable, 'CohortFilter')).toEqual([]);
        expect(canonical(variable)).toMatch(/^\{/);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back what it wrote, with the same meaning', () => {
    fc.assert(
      fc.property(builtFilter, (filter) => {
        const variable = filterVariable(filter);
        const again = readFilterVariable(JSON.parse(JSON.stringify(variable)));
        expect(canonical(filterVariable(again))).toBe(canonical(variable));
        expect(filterFaults(again, criteria)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('reads a filter that a person wrote, with several entries in one object', () => {
    const where = { age: { between: { until: 6 }, atEndOf: 2014 }, not: { incomeSupport: {} } };
    const read = readFilterVariable(where);
    expect(read.parts.map(({ kind }) => kind)).toEqual(['criterion', 'group']);
    expect(canonical(filterVariable(read))).toBe(canonical(where));
  });

  it.each([
    ['a number', 3],
    ['a list in place of an object', []],
    ['all without a list', { all: {} }],
    ['a family without a year', { family: { member: 'PARENT', where: { incomeSupport: {} } } }],
    [
      'an event of two criteria',
      { sequence: { first: { incomeSupport: {}, age: {} }, next: {}, withinMonths: 3 } },
    ],
    ['a value of another form', { age: { between: { from: 'six' } } }],
    ['a name that is none', { __proto__x: {} }],
  ])('does not read %s', (_, value) => {
    expect(() => readFilterVariable(value)).toThrow(FilterFormError);
  });

  it('names what is missing or wrong', () => {
    const faultsOf = (...parts: FilterPart[]) =>
      filterFaults({ kind: 'group', must: 'all', parts }, criteria).map(({ kind }) => kind);
    const criterion = (name: string, values: Record<string, FieldValue> = {}): FilterPart => ({
      kind: 'criterion',
      name,
      values,
    });
    expect(filterFaults(noConditions, criteria)).toEqual([]);
    expect(faultsOf(criterion('age'))).toEqual(['missing', 'missing']);
    expect(faultsOf(criterion('birthYear', { between: { from: 2010, until: 2004 } }))).toEqual(['reversed']);
    expect(faultsOf(criterion('incomeSupport', { from: '2012-02-01', until: '2012-01-01' }))).toEqual([
      'reversed',
    ]);
    expect(faultsOf(criterion('astrology'))).toEqual(['unknown']);
    expect(faultsOf({ kind: 'group', must: 'any', parts: [] })).toEqual(['emptyGroup']);
    expect(faultsOf({ kind: 'sequence', first: undefined, next: undefined, withinMonths: 3 })).toEqual([
      'sequence',
    ]);
    expect(faultsOf(...Array.from({ length: 41 }, () => criterion('incomeSupport')))).toEqual(['tooMany']);
  });
});

const event = { kind: 'criterion', name: 'healthContacts', values: {} } as const;
const period = { from: '2012-01-01', until: '2014-12-31' };
const everyKind: readonly Asked[] = [
  blankAsked.size,
  { ...blankAsked.table, years: [2014] },
  { ...blankAsked.serviceUse, ...period, services: ['T11'] },
  { ...blankAsked.commonPaths, ...period },
  { ...blankAsked.differences, atEndOf: 2014 },
  { ...blankAsked.serviceDifferences, ...period },
  { ...blankAsked.timeToEvent, start: event, event, until: '2016-12-31' },
];

describe('a question of the builder', () => {
  it.each(everyKind.map((asked) => [asked.kind, asked] as const))(
    'is a valid operation with valid variables, and so is its price: %s',
    (_, asked) => {
      const question: PlannerQuestion = { where: readFilterVariable({ incomeSupport: {} }), asked };
      expect(questionFaults(question, criteria)).toEqual([]);
      for (const { query, variables } of [questionOperation(question), priceOperation(question)]) {
        const document = parse(query);
        expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
        expect(inputFaults(variables['where'], 'CohortFilter')).toEqual([]);
        if (variables['timeTo']) expect(inputFaults(variables['timeTo'], 'TimeToEventInput')).toEqual([]);
      }
    },
  );

  it('says what it lacks before it can be asked', () => {
    const faultsOf = (asked: Asked) =>
      questionFaults({ where: noConditions, asked }, criteria).map(({ kind }) => kind);
    expect(faultsOf(blankAsked.table)).toEqual(['years']);
    expect(faultsOf({ ...blankAsked.table, years: [2013, 2014] })).toEqual(['severalYears']);
    expect(faultsOf(blankAsked.commonPaths)).toEqual(['period']);
    expect(faultsOf({ ...blankAsked.serviceUse, from: '2014-01-01', until: '2013-01-01' })).toEqual([
      'periodOrder',
    ]);
    expect(faultsOf(blankAsked.differences)).toEqual(['atEndOf']);
    expect(faultsOf(blankAsked.timeToEvent)).toEqual(['events']);
  });
});

describe('a saved question', () => {
  it('is read from its file as it was, for any filter and kind of question', () => {
    fc.assert(
      fc.property(builtFilter, fc.constantFrom(...everyKind), (where, asked) => {
        const text = writeSavedQuestion({ name: 'Children', question: { where, asked } });
        const read = readSavedQuestion(text);
        expect(read.name).toBe('Children');
        expect(canonical(filterVariable(read.question.where))).toBe(canonical(filterVariable(where)));
        expect(read.question.asked).toEqual(asked);
        expect(writeSavedQuestion(read)).toBe(
          writeSavedQuestion(readSavedQuestion(writeSavedQuestion(read))),
        );
      }),
    );
  });

  const form = {
    format: 'polku-group-question',
    version: 1,
    name: 'A',
    where: { all: [] },
    asked: { kind: 'size' },
  };
  it.each([
    ['no JSON', '{', 'json', ''],
    ['another file', '{"a": 1}', 'format', ''],
    ['null', 'null', 'format', ''],
    ['a later version', JSON.stringify({ ...form, version: 2 }), 'version', '2'],
    ['no name', JSON.stringify({ ...form, name: ' ' }), 'name', ''],
    [
      'a broken filter',
      JSON.stringify({ ...form, where: { all: [{ age: 3 }] } }),
      'filter',
      'where.all[0].age',
    ],
    ['an unknown kind', JSON.stringify({ ...form, asked: { kind: 'names' } }), 'asked', 'asked.kind'],
    [
      'years that are none',
      JSON.stringify({ ...form, asked: { kind: 'table', by: ['SEX'], years: ['2014'] } }),
      'asked',
      'asked.years',
    ],
  ])('is refused with its fault and place: %s', (_, text, kind, place) => {
    let fault: unknown;
    try {
      readSavedQuestion(text);
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault).toBeInstanceOf(SavedQuestionError);
    expect(fault).toMatchObject({ kind, place });
  });

  it('reads any text without failing in another way', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((each) => JSON.stringify({ ...form, ...each })),
        ),
        (text) => {
          try {
            readSavedQuestion(text);
          } catch (fault) {
            expect(fault).toBeInstanceOf(SavedQuestionError);
          }
        },
      ),
    );
  });

  it('is kept in the browser for one organisation, and deleted without a trace', () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    const one = { name: 'B', question: { where: noConditions, asked: blankAsked.size } };
    const questions = withQuestion(withQuestion([one], { ...one, name: 'A' }), { ...one, name: 'B' });
    expect(questions.map(({ name }) => name)).toEqual(['A', 'B']);
    storeQuestions(store, 'espoo', questions);
    expect(storedQuestions(store, 'espoo')).toEqual(questions);
    expect(storedQuestions(store, 'vantaa')).toEqual([]);
    storeQuestions(store, 'espoo', []);
    expect(kept.size).toBe(0);
    kept.set('polku.groups.espoo', 'broken');
    expect(storedQuestions(store, 'espoo')).toEqual([]);
  });
});
