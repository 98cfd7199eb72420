import fc from 'fast-check';
import { formatDay, today } from '../../lib/calendar.js';
import { FAMILIES, PERSONS } from './worldArbitrary.js';

const day = fc.integer({ min: 0, max: 1600 }).map((days) => `"${formatDay(today() - days)}"`);
/** Rarely, because a field whose argument tests a hidden field is withheld whole. */
const sometimes = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const period = fc
  .record({ from: sometimes(day), until: sometimes(day) })
  .map(({ from, until }) => [...(from ? [`from: ${from}`] : []), ...(until ? [`until: ${until}`] : [])]);
const contactArgs = fc
  .tuple(period, sometimes(fc.constantFrom('["T11"]', '["T11", "T12"]')))
  .map(([parts, services]) => given([...parts, ...(services ? [`services: ${services}`] : [])]));
const on = sometimes(day).map((date) => given(date ? [`on: ${date}`] : []));
const inPeriod = period.map(given);

function given(parts: readonly string[]): string {
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

const STEPS =
  '{ steps { person { id } sector service { code } startedAt endedAt unit { code } contacts } withheld }';
const ofPerson = fc.tuple(on, on, contactArgs, contactArgs, inPeriod, inPeriod).map(
  ([families, members, health, social, enrolments, path]) => `{
      id birthYear sex { code } language { code } district { code }
      families${families} { role startedAt endedAt family { id members${members} { role startedAt endedAt person { id } } } }
      healthContacts${health} { id startedAt endedAt service { code } unit { code } diagnosis { code } urgency { code } }
      socialContacts${social} { id startedAt endedAt service { code } unit { code } kind { code } decision { code } }
      incomeSupport { month amount }
      enrolments${enrolments} { startedAt endedAt service { code } unit { code } hoursPerWeek }
      servicePath${path} ${STEPS}
    }`,
);

/**
 * One operation that requests everything, with random arguments: of each person, each family and my clients.
 */
export const everything = fc
  .tuple(ofPerson, inPeriod, fc.integer({ min: 1, max: 4 }))
  .map(([person, path, first]) => {
    const persons = PERSONS.map((key) => `p${key}: person(id: $p${key}) ${person}`);
    const families = FAMILIES.map((key) => `f${key}: family(id: $f${key}) { servicePath${path} ${STEPS} }`);
    const variables = [
      ...PERSONS.map((key) => `$p${key}: PersonID!`),
      ...FAMILIES.map((key) => `$f${key}: FamilyID!`),
    ];
    return `query (${variables.join(', ')}) {
      me { id birthYear } persons(first: ${first}) { nodes { id sex { code } } hasMore }
      ${[...persons, ...families].join('\n')}
    }`;
  });
