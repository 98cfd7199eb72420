import { basename } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { policiesFolder } from '../../cli/options.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';
import type { WorldRequester } from '../city/serveWorld.js';

const shipped = await loadPolicyFolder(policiesFolder);

/** The fields of each registry, and their possible masks. */
const shown: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  population: {
    'Person.birthYear': ['age-band'],
    ...fields('Person', ['sex', 'language', 'district', 'families']),
    ...fields('FamilyMembership', ['family', 'role']),
    ...dates('FamilyMembership'),
    ...fields('Family', ['members']),
    ...fields('FamilyMember', ['person', 'role']),
    ...dates('FamilyMember'),
  },
  health: {
    ...fields('Person', ['healthContacts']),
    ...fields('HealthContact', ['service', 'unit', 'urgency']),
    'HealthContact.diagnosis': ['icd10-chapter', 'icd10-block'],
    ...dates('HealthContact'),
  },
  social: {
    ...fields('Person', ['socialContacts', 'incomeSupport']),
    ...fields('SocialContact', ['service', 'unit', 'kind', 'decision']),
    ...dates('SocialContact'),
    'IncomeSupportMonth.month': ['year'],
    ...fields('IncomeSupportMonth', ['amount']),
  },
  education: {
    ...fields('Person', ['enrolments', 'educationContacts']),
    ...fields('Enrolment', ['service', 'unit', 'hoursPerWeek']),
    ...dates('Enrolment'),
  },
};

const released: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  population: { FamilyServicePath: ['FamilyMember.{person,startedAt,endedAt}'] },
  health: contactReleases('HealthContact', 'Person.healthContacts'),
  social: contactReleases('SocialContact', 'Person.socialContacts'),
  education: { PersonPage: ['Person.educationContacts'] },
};

const ofPerson = ['own-data', 'minor', 'adult', 'break-glass'];
const ofCare = [...ofPerson, 'care-relationship', 'not-objected', 'own-unit', 'within-years(2)'];
/** The most important conditions, repeated so that they are chosen more often. */
const conditions: Readonly<Record<string, readonly string[]>> = {
  population: [...ofPerson, 'within-years(2)'],
  health: ofCare,
  social: ofCare,
  education: ofCare,
};

/**
 * Policies for one requester: one or two grants in each registry, of random fields under random masks and
 * conditions.
 */
export function randomPolicy({ purpose, roles }: WorldRequester): fc.Arbitrary<readonly PolicySource[]> {
  const grant = (registry: string, id: string): fc.Arbitrary<object> => {
    const show = Object.entries(shown[registry]!).map(([coordinate, masks]) =>
      fc
        .constantFrom<unknown>(undefined, ...Array(5).fill('allow'), ...masks.map((mask) => ({ mask })))
        .map((effect) => [coordinate, effect] as const),
    );
    return fc
      .record({
        when: fc.subarray([...conditions[registry]!], { maxLength: id === 'one' ? 1 : 2 }),
        show: fc.tuple(...show),
        derive: fc.subarray(Object.keys(released[registry]!)),
      })
      .map(({ when, show: effects, derive }) => ({
        id,
        purposes: [purpose],
        roles: [...roles],
        basis: ['x'],
        when,
        show: Object.fromEntries(effects.filter(([, effect]) => effect !== undefined)),
        derive: Object.fromEntries(derive.map((type) => [type, released[registry]![type]])),
      }));
  };
  const registries = Object.keys(shown);
  return fc
    .tuple(
      ...registries.map((registry) =>
        fc.tuple(grant(registry, 'one'), fc.option(grant(registry, 'two'), { nil: undefined })),
      ),
    )
    .map((grants) => {
      const own = new Map(
        registries.map((registry, index) => [registry, grants[index]!.filter((one) => one !== undefined)]),
      );
      // Fields for finding a person, and for paths and pages, are open: their data is what is tested.
      const open = (id: string, coordinates: readonly string[]) => ({
        id,
        purposes: [purpose],
        roles: [...roles],
        basis: ['x'],
        show: Object.fromEntries(coordinates.map((coordinate) => [coordinate, 'allow'])),
      });
      own.get('population')!.push(open('open', ['Query.{me,person,family}']));
      own.set('paths', [
        open('open', [
          'Person.servicePath',
          'Family.servicePath',
          'ServicePath.*',
          'FamilyServicePath.*',
          'ServiceStep.*',
        ]),
      ]);
      own.set('directory', [open('open', ['Query.persons', 'PersonPage.*'])]);
      return sourcesWith(own);
    });
}

/** The shipped files, with the rules of these registries instead of their own. */
export function sourcesWith(own: ReadonlyMap<string, readonly object[]>): readonly PolicySource[] {
  return shipped.map(({ file, text }) => {
    const grants = own.get(basename(file, '.yaml'));
    return { file, text: grants ? `${text.split('\ngrants:')[0]}\n${stringify({ grants })}` : text };
  });
}

function fields(type: string, names: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [`${type}.${name}`, []]));
}

function dates(type: string): Record<string, readonly string[]> {
  return { [`${type}.startedAt`]: ['year', 'month'], [`${type}.endedAt`]: ['year', 'month'] };
}

function contactReleases(type: string, list: string): Record<string, readonly string[]> {
  const inputs = [`${type}.{service,startedAt,endedAt,unit}`];
  return { ServicePath: inputs, FamilyServicePath: inputs, PersonPage: [list] };
}
