import fc from 'fast-check';
import { dayOf } from '../../lib/calendar.js';

const year = fc.integer({ min: 2003, max: 2016 });
const day = fc
  .record({ year, month: fc.integer({ min: 1, max: 12 }) })
  .map((at) => dayOf(at.year, at.month, 1)!);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const some = (...codes: readonly string[]) => fc.subarray([...codes], { minLength: 1 });
const range = (min: number, max: number) =>
  fc.record({ from: maybe(fc.integer({ min, max })), until: maybe(fc.integer({ min, max })) });

const when = { from: maybe(day), until: maybe(day) };
const counted = { ...when, atLeast: maybe(fc.integer({ min: 1, max: 6 })) };

const eventArguments: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  healthContacts: {
    services: maybe(some('T11', 'T12', 'T21', 'T22', 'T30', 'T60', 'T80', 'T90')),
    diagnoses: maybe(some('J06.9', 'J00-J99', 'F', 'F30-F39', 'I10', 'M54', 'Z00')),
    urgencies: maybe(some('1', '2', '3')),
  },
  socialContacts: {
    services: maybe(some('S10', 'S11', 'S20', 'S21', 'S30', 'S60')),
    kinds: maybe(some('meeting', 'home-visit', 'phone')),
    decisions: maybe(some('granted', 'rejected')),
  },
  childProtection: { steps: maybe(some('notification', 'assessment', 'open-care', 'placement')) },
  incomeSupport: { amount: maybe(range(100, 900)) },
  educationContacts: {
    services: maybe(some('V10', 'V20', 'V30')),
    hours: maybe(range(0, 200)),
    absenceDays: maybe(range(0, 10)),
  },
  enrolments: { services: maybe(some('V10', 'V20', 'V50')), hoursPerWeek: maybe(range(10, 40)) },
};

const districts = some('111', '211', '311', '411', '611');
const attributes = {
  birthYear: fc.record({ between: range(1930, 2015) }),
  age: fc.record({ between: range(0, 80), atEndOf: year }),
  sex: fc.record({ in: some('female', 'male') }),
  language: fc.record({ in: some('fi', 'sv', 'ru', 'so') }),
  district: fc.record({ in: maybe(districts), atEndOf: year }),
  familyType: fc.record({
    in: some('no-family', 'no-children', 'lone-parent', 'two-parents'),
    atEndOf: year,
  }),
  children: fc.record({ number: range(0, 4), atEndOf: year }),
};

const oneOf = (criteria: Readonly<Record<string, fc.Arbitrary<object>>>): fc.Arbitrary<object> =>
  fc.oneof(...Object.entries(criteria).map(([name, given]) => given.map((value) => ({ [name]: value }))));

const rowCriteria = (more: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  Object.fromEntries(
    Object.entries(eventArguments).map(([name, given]) => [name, fc.record({ ...given, ...more })]),
  );

const event = oneOf(rowCriteria(when));
const leaf = fc.oneof(
  { weight: 2, arbitrary: oneOf(rowCriteria(counted)) },
  { weight: 1, arbitrary: oneOf(attributes) },
);
const sequence = fc
  .record({ first: event, next: event, withinMonths: fc.integer({ min: 1, max: 24 }) })
  .map((given) => ({ sequence: given }));

/** Filters as a client writes them, over the criteria of all registries. */
export const randomFilter: fc.Arbitrary<object> = fc.letrec<{ filter: object }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'filter' },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: sequence },
    { weight: 2, arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((all) => ({ all })) },
    { weight: 2, arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((any) => ({ any })) },
    { weight: 2, arbitrary: tie('filter').map((not) => ({ not })) },
    {
      weight: 2,
      arbitrary: fc
        .record({
          member: fc.constantFrom('anyone', 'parent', 'child'),
          atEndOf: year,
          where: tie('filter').filter(hasCriterion),
        })
        .map((family) => ({ family })),
    },
  ),
})).filter;

/** A family filter needs a criterion. */
function hasCriterion(filter: unknown): boolean {
  if (typeof filter !== 'object' || filter === null) return false;
  return Object.entries(filter).some(
    ([name, part]) =>
      name in attributes || name in eventArguments || name === 'sequence' || hasCriterion(part),
  );
}

/** Equivalent forms of a group. Each rewriting keeps the meaning, whatever is known about a person. */
export const rewritings: readonly ((filter: object) => object)[] = [
  (filter) => ({ all: [filter] }),
  (filter) => ({ any: [filter] }),
  (filter) => ({ not: { not: filter } }),
  (filter) => ({ all: [filter, filter] }),
  (filter) => ({ any: [filter, { all: [filter, { sex: { in: ['male'] } }] }] }),
  (filter) => ({ all: [filter, { any: [{ childProtection: {} }, filter] }] }),
  (filter) => ({ not: { all: [{ not: filter }] } }),
  (filter) => ({ not: { any: [{ not: filter }, { not: filter }] } }),
  (filter) => ({ all: [{ all: [] }, filter] }),
  (filter) => ({ any: [filter, { any: [] }] }),
  (filter) => ({ all: [{ not: { any: [] } }, { any: [{ all: [filter] }] }] }),
  (filter) => Object.fromEntries(Object.entries(filter).toReversed()),
  (filter) => ({ any: [{ all: [filter, { sex: { in: ['male', 'female'] } }] }] }),
];

/** More than twenty equivalent forms of a group. */
export const equivalentForms: readonly ((filter: object) => object)[] = [
  ...rewritings,
  ...rewritings.map((rewrite) => (filter: object) => rewrite({ not: { not: filter } })),
];
