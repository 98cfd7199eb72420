import { addMonths, type Day, dayOf, yearOf } from '../../lib/calendar.js';
import { NO_DAY } from '../../registry-kit/columns/table.js';
import type { Feature, FeatureSource, HouseholdPart } from '../../registry-kit/features/feature.js';
import { type Home, homeOf } from './home.js';
import type { PopulationStore } from './yearly.js';
import type { LocalizedText } from '../../schema/language.js';

/** Mean length of a year and a month of the Gregorian calendar, in days. */
const YEAR = 365.2425;
const MONTH = YEAR / 12;

interface PopulationFeature extends Omit<Feature, 'id'> {
  readonly name: string;
  readonly of: (home: Home) => number;
}

const AGE = ['Person.birthYear'];
const PLACE = ['Person.district'];
const FAMILY = [
  'Person.families',
  'FamilyMembership.role',
  'FamilyMembership.startedAt',
  'FamilyMembership.endedAt',
];
const MEMBERS = ['Family.members', 'FamilyMember.role', 'FamilyMember.startedAt', 'FamilyMember.endedAt'];

const labels = (fi: string, en: string, sv: string): LocalizedText => ({ fi, en, sv });

/** One factor for each window: the number of days of some kind in it. */
function countsOf(
  name: string,
  part: HouseholdPart,
  label: LocalizedText,
  reads: readonly string[],
  days: (home: Home) => readonly Day[],
  ...windows: (number | undefined)[]
): PopulationFeature[] {
  return windows.map((months) => ({
    name: `${name}.${months === undefined ? 'ever' : `${months}m`}`,
    part,
    label:
      months === undefined
        ? labels(`${label.fi} tähän mennessä`, `${label.en} so far`, `${label.sv} hittills`)
        : labels(
            `${label.fi} ${months} kuukaudessa`,
            `${label.en} in ${months} months`,
            `${label.sv} på ${months} månader`,
          ),
    formula: `how many of these there were ${months === undefined ? 'before the quarter' : `in the ${months} months before the quarter`}`,
    months,
    reads,
    of: (home) => {
      const from = months === undefined ? NO_DAY : addMonths(home.before, -months);
      return days(home).filter((day) => day >= from).length;
    },
  }));
}

function factor(
  name: string,
  part: HouseholdPart,
  label: LocalizedText,
  formula: string,
  reads: readonly string[],
  of: (home: Home) => number,
): PopulationFeature {
  return { name, part, label, formula, months: undefined, reads, of };
}

/**
 * Age in whole years on a day, from the year of birth alone: the middle of that year stands for the birthday.
 */
function ageByYear(birth: Day, on: Day): number {
  return Math.floor((on - dayOf(yearOf(birth), 7, 1)!) / YEAR);
}

const least = (numbers: readonly number[], otherwise: number): number =>
  numbers.length === 0 ? otherwise : Math.min(...numbers);
const most = (numbers: readonly number[], otherwise: number): number =>
  numbers.length === 0 ? otherwise : Math.max(...numbers);
const moves = ({ residences }: Home): readonly Day[] => residences.slice(1);
const agesAtBirth = ({ birth, parentBirths }: Home): number[] =>
  parentBirths.map((parent) => (birth - parent) / YEAR);
const monthsSince = (home: Home, days: readonly Day[]): number =>
  (home.before - most(days, -Infinity)) / MONTH;

const catalogue: readonly PopulationFeature[] = [
  factor(
    'age',
    'child',
    labels('lapsi: ikä', 'child: age', 'barnet: ålder'),
    'whole years between the middle of the year of birth and the quarter',
    AGE,
    ({ birth, before }) => Math.max(0, ageByYear(birth, before)),
  ),
  ...countsOf(
    'moves',
    'child',
    labels(
      'lapsi: muuttoja kaupungin sisällä',
      'child: moves within the city',
      'barnet: flyttningar inom staden',
    ),
    PLACE,
    moves,
    12,
    36,
    60,
    undefined,
  ),
  factor(
    'move.since',
    'child',
    labels(
      'lapsi: kuukausia viimeisestä muutosta',
      'child: months since the last move',
      'barnet: månader sedan den senaste flytten',
    ),
    'months from the last move within the city to the quarter; infinite where there is none',
    PLACE,
    (home) => monthsSince(home, moves(home)),
  ),
  factor(
    'bornHere',
    'child',
    labels(
      'lapsi: asunut kaupungissa syntymästä',
      'child: in the city since birth',
      'barnet: i staden sedan födseln',
    ),
    '1 where the first residence begins on the day of birth or before it, otherwise 0',
    [...PLACE, ...AGE],
    ({ birth, residences }) => (least(residences, Infinity) <= birth ? 1 : 0),
  ),
  factor(
    'newcomer.since',
    'child',
    labels(
      'lapsi: kuukausia muutosta kaupunkiin',
      'child: months since coming to the city',
      'barnet: månader sedan inflyttningen till staden',
    ),
    'months from the first residence to the quarter; infinite for who was born in the city',
    [...PLACE, ...AGE],
    (home) => {
      const arrived = least(home.residences, Infinity);
      return arrived <= home.birth ? Infinity : (home.before - arrived) / MONTH;
    },
  ),
  ...countsOf(
    'familyChanges',
    'child',
    labels('lapsi: perheestä toiseen siirtymisiä', 'child: changes of family', 'barnet: byten av familj'),
    FAMILY,
    ({ formerFamilies }) => formerFamilies,
    12,
    36,
    60,
    undefined,
  ),
  factor(
    'familyChange.since',
    'child',
    labels(
      'lapsi: kuukausia perheen vaihtumisesta',
      'child: months since the change of family',
      'barnet: månader sedan familjebytet',
    ),
    'months from the end of the last membership in another family to the quarter; infinite where there is none',
    FAMILY,
    (home) => monthsSince(home, home.formerFamilies),
  ),
  factor(
    'number',
    'parents',
    labels('vanhempia perheessä', 'parents in the family', 'föräldrar i familjen'),
    'members of the family in the role of a parent',
    MEMBERS,
    ({ parents }) => parents,
  ),
  factor(
    'youngestAtBirth',
    'parents',
    labels(
      'nuoremman vanhemman ikä lapsen syntyessä',
      'age of the younger parent at the birth of the child',
      'den yngre förälderns ålder vid barnets födelse',
    ),
    'years from the birth of the younger parent to that of the child; infinite without parents',
    [...AGE, ...MEMBERS],
    (home) => least(agesAtBirth(home), Infinity),
  ),
  factor(
    'oldestAtBirth',
    'parents',
    labels(
      'vanhemman vanhemman ikä lapsen syntyessä',
      'age of the older parent at the birth of the child',
      'den äldre förälderns ålder vid barnets födelse',
    ),
    'years from the birth of the older parent to that of the child; 0 without parents',
    [...AGE, ...MEMBERS],
    (home) => most(agesAtBirth(home), 0),
  ),
  factor(
    'ageGap',
    'parents',
    labels('vanhempien ikäero', 'difference of age of the parents', 'föräldrarnas åldersskillnad'),
    'years between the births of the parents; 0 where there are not two',
    [...AGE, ...MEMBERS],
    ({ parentBirths }) =>
      parentBirths.length < 2 ? 0 : (Math.max(...parentBirths) - Math.min(...parentBirths)) / YEAR,
  ),
  ...countsOf(
    'moves',
    'parents',
    labels(
      'vanhemmat: muuttoja kaupungin sisällä',
      'parents: moves within the city',
      'föräldrarna: flyttningar inom staden',
    ),
    PLACE,
    ({ parentResidences }) => parentResidences.flatMap((own) => own.slice(1)),
    12,
    36,
    60,
  ),
  factor(
    'newcomer.since',
    'parents',
    labels(
      'vanhemmat: kuukausia muutosta kaupunkiin',
      'parents: months since coming to the city',
      'föräldrarna: månader sedan inflyttningen till staden',
    ),
    'months from the first residence of the parent who came last to the quarter; infinite without parents',
    PLACE,
    (home) =>
      monthsSince(
        home,
        home.parentResidences.map((own) => least(own, -Infinity)),
      ),
  ),
  ...countsOf(
    'formerFamilies',
    'parents',
    labels(
      'vanhemmat: päättyneitä perheitä',
      'parents: families that they left',
      'föräldrarna: familjer som de lämnat',
    ),
    FAMILY,
    ({ parentFamilies }) => parentFamilies,
    36,
    undefined,
  ),
  ...countsOf(
    'joined',
    'parents',
    labels(
      'perheeseen tulleita vanhempia',
      'parents who joined the family',
      'föräldrar som kommit till familjen',
    ),
    MEMBERS,
    ({ parentsSince, childSince }) => parentsSince.filter((day) => day > childSince),
    12,
    36,
    undefined,
  ),
  ...countsOf(
    'left',
    'parents',
    labels('perheestä lähteneitä vanhempia', 'parents who left the family', 'föräldrar som lämnat familjen'),
    MEMBERS,
    ({ parentsLeft }) => parentsLeft,
    12,
    36,
    undefined,
  ),
  ...countsOf(
    'died',
    'parents',
    labels('kuolleita vanhempia', 'parents who died', 'föräldrar som dött'),
    MEMBERS,
    ({ parentsDied }) => parentsDied,
    36,
    undefined,
  ),
  factor(
    'minors',
    'siblings',
    labels('alaikäisiä perheessä', 'minors in the family', 'minderåriga i familjen'),
    'members of the family in the role of a child who are under 18, the child among them',
    [...MEMBERS, ...AGE],
    ({ siblingBirths }) => siblingBirths.length + 1,
  ),
  factor(
    'younger',
    'siblings',
    labels('nuorempia sisaruksia', 'younger siblings', 'yngre syskon'),
    'other children of the family who were born later',
    [...MEMBERS, ...AGE],
    ({ birth, siblingBirths }) => siblingBirths.filter((day) => day > birth).length,
  ),
  factor(
    'older',
    'siblings',
    labels('vanhempia alaikäisiä sisaruksia', 'older siblings under 18', 'äldre minderåriga syskon'),
    'other children of the family under 18 who were born earlier',
    [...MEMBERS, ...AGE],
    ({ birth, siblingBirths }) => siblingBirths.filter((day) => day < birth).length,
  ),
  factor(
    'infants',
    'siblings',
    labels('alle kaksivuotiaita sisaruksia', 'siblings under two', 'syskon under två år'),
    'other children of the family born in the 24 months before the quarter',
    [...MEMBERS, ...AGE],
    ({ before, siblingBirths }) => {
      const from = addMonths(before, -24);
      return siblingBirths.filter((day) => day >= from).length;
    },
  ),
  factor(
    'youngest',
    'siblings',
    labels('nuorimman sisaruksen ikä', 'age of the youngest sibling', 'det yngsta syskonets ålder'),
    'years from the birth of the youngest other child to the quarter; infinite without any',
    [...MEMBERS, ...AGE],
    ({ before, siblingBirths }) => (before - most(siblingBirths, -Infinity)) / YEAR,
  ),
];

/** The features of the population register about a child and the child's family. */
export const populationFeatures: FeatureSource<PopulationStore> = {
  features: catalogue.map(({ name, of: _, ...about }) => ({
    ...about,
    id: `population.${about.part}.${name}`,
  })),
  reader: ({ tables }, before) => ({
    read: (household, known, into) => {
      const home = homeOf(tables, household, before);
      const { child, parents, siblings } = household;
      const isKnown: Readonly<Record<HouseholdPart, boolean>> = {
        child: known(child),
        parents: known(child) && parents.every(known),
        siblings: known(child) && siblings.every(known),
      };
      catalogue.forEach(({ part, of }, index) => {
        into[index] = home && isKnown[part] ? of(home) : Number.NaN;
      });
    },
  }),
};
