import { type Condition, type ConditionName, conditionNames } from '../decision.js';
import type { LocalizedText } from '../../../schema/language.js';

/** Each condition in words that follow "shown if", "näytetään, jos" and "visas om". */
const conditions: Readonly<Record<ConditionName, LocalizedText>> = {
  'care-relationship': {
    en: 'the caller has a care relationship with the person',
    fi: 'käyttäjällä on hoito- tai asiakassuhde henkilöön',
    sv: 'användaren har en vård- eller klientrelation till personen',
  },
  'own-unit': {
    en: 'the record is of a unit of the caller',
    fi: 'tieto on käyttäjän omasta yksiköstä',
    sv: 'uppgiften hör till användarens egen enhet',
  },
  'own-data': {
    en: 'the person is the caller',
    fi: 'henkilö on käyttäjä itse',
    sv: 'personen är användaren själv',
  },
  minor: {
    en: 'the person is under 18',
    fi: 'henkilö on alle 18-vuotias',
    sv: 'personen är under 18 år',
  },
  adult: {
    en: 'the person is 18 or older',
    fi: 'henkilö on täyttänyt 18 vuotta',
    sv: 'personen har fyllt 18 år',
  },
  'break-glass': {
    en: 'the caller has stated a reason for emergency access (break-glass), which is reviewed',
    fi: 'käyttäjä on ilmoittanut hätätilanteen syyn (break-glass), joka tarkastetaan jälkikäteen',
    sv: 'användaren har angett ett skäl för nödåtkomst (break-glass), som granskas i efterhand',
  },
  'not-objected': {
    en: 'the person has not objected to the disclosure',
    fi: 'henkilö ei ole vastustanut luovutusta',
    sv: 'personen har inte motsatt sig utlämnandet',
  },
};

const WITHIN_YEARS = /^within-years\(([1-9]\d{0,2})\)$/;
const BORN = /^born\((\d{4})-(\d{4})\)$/;
const LIVING_IN = /^living-in\((.+)\)$/;

/** The condition that an owner wrote; undefined if it does not exist. */
export function parseCondition(text: string): Condition | undefined {
  const known = (conditionNames as readonly string[]).includes(text) || WITHIN_YEARS.test(text);
  return known ? (text as Condition) : undefined;
}

/** How conditions are written, for error messages. */
export const conditionForms: readonly string[] = [...conditionNames, 'within-years(5)'];

/** Whether one condition implies another: a record that began within three years also began within five. */
export function implies(holding: Condition, asked: Condition): boolean {
  if (holding === asked) return true;
  const [heldYears, askedYears] = [holding, asked].map((condition) =>
    Number(WITHIN_YEARS.exec(condition)?.[1]),
  );
  return heldYears! <= askedYears!;
}

/** A condition in words that follow "if", "jos" and "om". */
export function describeCondition(condition: Condition): LocalizedText {
  const years = WITHIN_YEARS.exec(condition)?.[1];
  if (years !== undefined)
    return {
      en: `the record began at most ${years} years ago`,
      fi: `tieto on alkanut enintään ${years} vuotta sitten`,
      sv: `uppgiften har börjat för högst ${years} år sedan`,
    };
  const [, first, last] = BORN.exec(condition) ?? [];
  if (first !== undefined)
    return {
      en: `the person was born in ${first} to ${last}`,
      fi: `henkilö on syntynyt vuosina ${first}–${last}`,
      sv: `personen är född åren ${first}–${last}`,
    };
  const districts = LIVING_IN.exec(condition)?.[1]?.split(',');
  if (districts !== undefined)
    return {
      en: `the person lives in ${districts.join(' or ')}`,
      fi: `henkilö asuu alueella ${districts.join(' tai ')}`,
      sv: `personen bor i ${districts.join(' eller ')}`,
    };
  return conditions[condition as ConditionName];
}

type ConditionKind = ConditionName | 'within-years';

/** Conditions that depend on the caller only. */
const ofCaller: readonly ConditionKind[] = ['own-data', 'break-glass'];

/** A registry of contacts has the data for every condition. */
const ofContacts: readonly ConditionKind[] = [...conditionNames, 'within-years'];

/**
 * The conditions that other subgraphs have the data to evaluate; all others are always false there. The
 * population register has no care relationships, units or objections. Derived subgraphs have no register data
 * at all.
 */
const evaluable: Readonly<Record<string, readonly ConditionKind[]>> = {
  population: ['own-data', 'minor', 'adult', 'within-years', 'break-glass'],
  paths: ofCaller,
  directory: ofCaller,
  linkage: ofCaller,
  governance: [],
};

/** The conditions that a subgraph can evaluate. */
export function conditionsOf(subgraph: string): readonly string[] {
  return (Object.hasOwn(evaluable, subgraph) ? evaluable[subgraph] : undefined) ?? ofContacts;
}

/** Whether a subgraph can evaluate a condition. */
export function canEvaluate(subgraph: string, condition: Condition): boolean {
  return conditionsOf(subgraph).includes(condition.replace(/\(.*/, ''));
}

/** The closed list of field categories, in the words of a data owner's records of processing (GDPR 30). */
export const categories = {
  identity: {
    en: 'who a person is, and the ways to find one person',
    fi: 'kuka henkilö on ja miten yksi henkilö löydetään',
    sv: 'vem en person är och hur en enskild person hittas',
  },
  'birth-year': { en: 'year of birth', fi: 'syntymävuosi', sv: 'födelseår' },
  demographic: {
    en: 'sex, language and the like',
    fi: 'sukupuoli, kieli ja vastaavat',
    sv: 'kön, språk och liknande',
  },
  residence: { en: 'where a person lives', fi: 'missä henkilö asuu', sv: 'var en person bor' },
  place: { en: 'where a person is served', fi: 'missä henkilöä palvellaan', sv: 'var en person får service' },
  family: { en: 'family ties', fi: 'perhesuhteet', sv: 'familjeband' },
  'service-use': {
    en: 'which services a person uses, and when',
    fi: 'mitä palveluja henkilö käyttää ja milloin',
    sv: 'vilka tjänster en person använder och när',
  },
  diagnosis: {
    en: 'diagnoses, by ICD-10 or another classification',
    fi: 'diagnoosit ICD-10-luokituksen tai muun luokituksen mukaan',
    sv: 'diagnoser enligt ICD-10 eller en annan klassifikation',
  },
  health: { en: 'other facts on health', fi: 'muut terveystiedot', sv: 'andra uppgifter om hälsa' },
  'social-care': {
    en: 'social services and child protection',
    fi: 'sosiaalipalvelut ja lastensuojelu',
    sv: 'socialservice och barnskydd',
  },
  education: {
    en: 'attendance in early education',
    fi: 'osallistuminen varhaiskasvatukseen',
    sv: 'deltagande i småbarnspedagogik',
  },
  financial: { en: 'money', fi: 'rahaa koskevat tiedot', sv: 'uppgifter om pengar' },
  derived: {
    en: 'computed from several registries',
    fi: 'useasta rekisteristä laskettu tieto',
    sv: 'beräknat ur flera register',
  },
  operational: {
    en: 'about the registers and their rules, not about people',
    fi: 'rekistereistä ja niiden säännöistä, ei ihmisistä',
    sv: 'om registren och deras regler, inte om människor',
  },
} as const satisfies Readonly<Record<string, LocalizedText>>;

export type Category = keyof typeof categories;

/**
 * Categories that reveal where somebody is. They are withheld for people under non-disclosure for safety
 * (661/2009 §36).
 */
export const whereabouts: ReadonlySet<Category> = new Set<Category>(['residence', 'place', 'family']);
