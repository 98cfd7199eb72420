import { rowFeatures } from '../../registry-kit/features/rowFeatures.js';
import {
  coOccurrence,
  countsOf,
  daysSinceLast,
  type RowKind,
  trendsOf,
} from '../../registry-kit/features/statistic.js';
import type { LocalizedText } from '../../schema/language.js';

const contacts = { table: 'contacts', start: 'start' };
const dated = ['Person.healthContacts', 'HealthContact.startedAt'];

const visitsTo = (service: string, label: LocalizedText): RowKind => ({
  ...contacts,
  id: service,
  label,
  where: { column: 'service', codes: [service] },
  reads: [...dated, 'HealthContact.service'],
});
/** Diagnoses of a chapter of ICD-10, or of a part of it. */
const visitsFor = (id: string, prefixes: readonly string[], label: LocalizedText): RowKind => ({
  ...contacts,
  id,
  label,
  where: { column: 'diagnosis', prefixes },
  reads: [...dated, 'HealthContact.diagnosis'],
});

const any: RowKind = {
  ...contacts,
  id: 'any',
  label: { fi: 'terveyspalvelujen käyntejä', en: 'visits to health services', sv: 'besök i hälsovården' },
  reads: dated,
};
const doctor = visitsTo('T11', {
  fi: 'käyntejä terveyskeskuslääkärillä',
  en: 'visits to a health-centre doctor',
  sv: 'besök hos hälsocentralläkare',
});
const nurse = visitsTo('T12', {
  fi: 'käyntejä terveyskeskuksen sairaanhoitajalla',
  en: 'visits to a health-centre nurse',
  sv: 'besök hos sjukskötare på hälsocentral',
});
const phone = visitsTo('T13', {
  fi: 'puheluja terveysneuvontaan',
  en: 'calls for health advice',
  sv: 'samtal till hälsorådgivning',
});
const maternity = visitsTo('T20', {
  fi: 'käyntejä äitiysneuvolassa',
  en: 'visits to a maternity clinic',
  sv: 'besök på mödrarådgivning',
});
const childClinic = visitsTo('T21', {
  fi: 'käyntejä lastenneuvolassa',
  en: 'visits to a child health clinic',
  sv: 'besök på barnrådgivning',
});
const school = visitsTo('T22', {
  fi: 'käyntejä kouluterveydenhuollossa',
  en: 'visits to school health care',
  sv: 'besök i skolhälsovården',
});
const oral = visitsTo('T30', {
  fi: 'käyntejä suun terveydenhuollossa',
  en: 'visits to oral health care',
  sv: 'besök i munhälsovården',
});
const physiotherapy = visitsTo('T40', {
  fi: 'fysioterapiakäyntejä',
  en: 'physiotherapy visits',
  sv: 'fysioterapibesök',
});
const speech = visitsTo('T50', {
  fi: 'puheterapiakäyntejä',
  en: 'speech therapy visits',
  sv: 'talterapibesök',
});
const mental = visitsTo('T60', {
  fi: 'käyntejä aikuisten mielenterveyspalveluissa',
  en: 'visits to adult mental-health services',
  sv: 'besök i mentalvårdstjänster för vuxna',
});
const youth = visitsTo('T61', {
  fi: 'käyntejä nuorisoasemalla',
  en: 'visits to a youth clinic',
  sv: 'besök på ungdomsstation',
});
const substances = visitsTo('T70', {
  fi: 'käyntejä päihdepoliklinikalla',
  en: 'visits to a substance-use clinic',
  sv: 'besök på rusmedelspoliklinik',
});
const emergency = visitsTo('T80', {
  fi: 'päivystyskäyntejä',
  en: 'emergency visits',
  sv: 'jourbesök',
});
const ward = visitsTo('T90', {
  fi: 'hoitojaksoja vuodeosastolla',
  en: 'stays on a hospital ward',
  sv: 'vårdperioder på bäddavdelning',
});
const urgent: RowKind = {
  ...contacts,
  id: 'urgent',
  label: { fi: 'kiireellisiä käyntejä', en: 'urgent visits', sv: 'brådskande besök' },
  where: { column: 'urgency', codes: ['1'] },
  reads: [...dated, 'HealthContact.urgency'],
};
const infections = visitsFor('infections', ['A', 'B'], {
  fi: 'käyntejä tartuntataudin vuoksi',
  en: 'visits for an infectious disease',
  sv: 'besök för en infektionssjukdom',
});
const metabolic = visitsFor('metabolic', ['E'], {
  fi: 'käyntejä aineenvaihdunnan häiriön vuoksi',
  en: 'visits for a metabolic disorder',
  sv: 'besök för en ämnesomsättningssjukdom',
});
const psychiatric = visitsFor('psychiatric', ['F'], {
  fi: 'käyntejä mielenterveyden häiriön vuoksi',
  en: 'visits for a mental disorder',
  sv: 'besök för en psykisk störning',
});
const neurological = visitsFor('neurological', ['G'], {
  fi: 'käyntejä hermoston sairauden vuoksi',
  en: 'visits for a disease of the nervous system',
  sv: 'besök för en sjukdom i nervsystemet',
});
const respiratory = visitsFor('respiratory', ['J'], {
  fi: 'käyntejä hengityselinten sairauden vuoksi',
  en: 'visits for a respiratory disease',
  sv: 'besök för en sjukdom i andningsorganen',
});
const digestive = visitsFor('digestive', ['K'], {
  fi: 'käyntejä ruoansulatuselinten sairauden vuoksi',
  en: 'visits for a disease of the digestive system',
  sv: 'besök för en sjukdom i matsmältningsorganen',
});
const musculoskeletal = visitsFor('musculoskeletal', ['M'], {
  fi: 'käyntejä tuki- ja liikuntaelinten sairauden vuoksi',
  en: 'visits for a disease of muscles or skeleton',
  sv: 'besök för en sjukdom i muskler eller skelett',
});
const symptoms = visitsFor('symptoms', ['R'], {
  fi: 'käyntejä oireen vuoksi',
  en: 'visits for a symptom',
  sv: 'besök för ett symtom',
});
const injuries = visitsFor('injuries', ['S', 'T'], {
  fi: 'käyntejä vamman tai myrkytyksen vuoksi',
  en: 'visits for an injury or poisoning',
  sv: 'besök för en skada eller förgiftning',
});
const circulatory = visitsFor('circulatory', ['I'], {
  fi: 'käyntejä verenkiertoelinten sairauden vuoksi',
  en: 'visits for a circulatory disease',
  sv: 'besök för en sjukdom i cirkulationsorganen',
});

const burdens = {
  child: {
    id: 'burdens',
    label: {
      fi: 'eri kuormitusta kertovia palveluja',
      en: 'kinds of services that tell of burden',
      sv: 'slag av tjänster som tyder på belastning',
    },
    of: [school, speech, youth, emergency, ward, psychiatric, injuries],
  },
  parents: {
    id: 'burdens',
    label: {
      fi: 'eri kuormitusta kertovia palveluja',
      en: 'kinds of services that tell of burden',
      sv: 'slag av tjänster som tyder på belastning',
    },
    of: [mental, substances, emergency, ward, psychiatric, injuries],
  },
};

/** The features of health services about a child and the child's family. */
export const healthFeatures = rowFeatures('health', {
  child: [
    ...countsOf(any, 3, 12, 36, 60, undefined),
    ...countsOf(doctor, 3, 12, 36, 60),
    ...countsOf(nurse, 3, 12, 36, 60),
    ...countsOf(phone, 12, 36, 60),
    ...countsOf(childClinic, 12, 36, 60),
    ...countsOf(school, 3, 12, 36, 60),
    ...countsOf(oral, 12, 36, 60),
    ...countsOf(physiotherapy, 12, 36, 60),
    ...countsOf(speech, 3, 12, 36, 60),
    ...countsOf(youth, 3, 12, 36, 60),
    ...countsOf(emergency, 3, 12, 36, 60, undefined),
    ...countsOf(ward, 12, 36, 60),
    ...countsOf(urgent, 12, 36),
    ...[infections, metabolic, psychiatric, neurological, respiratory, digestive, symptoms, injuries].flatMap(
      (kind) => countsOf(kind, 36),
    ),
    ...daysSinceLast(any, school, speech, youth, emergency, ward),
    ...trendsOf(any, school, emergency),
    ...[12, 36].map((months) => ({ kind: 'variety' as const, ...burdens.child, months })),
    coOccurrence(youth, school),
    coOccurrence(emergency, youth),
    coOccurrence(speech, school),
  ],
  parents: [
    ...countsOf(any, 12, 36, 60),
    ...countsOf(doctor, 12, 36, 60),
    ...countsOf(nurse, 12, 36),
    ...countsOf(phone, 12, 36),
    ...countsOf(maternity, 12, 36),
    ...countsOf(physiotherapy, 12, 36),
    ...countsOf(mental, 3, 12, 36, 60, undefined),
    ...countsOf(substances, 3, 12, 36, 60, undefined),
    ...countsOf(emergency, 3, 12, 36, 60),
    ...countsOf(ward, 12, 36, 60),
    ...[psychiatric, circulatory, musculoskeletal, symptoms, injuries].flatMap((kind) => countsOf(kind, 36)),
    ...daysSinceLast(mental, substances, emergency),
    ...trendsOf(mental, emergency),
    ...[12, 36].map((months) => ({ kind: 'variety' as const, ...burdens.parents, months })),
    coOccurrence(mental, substances),
    coOccurrence(mental, emergency),
    coOccurrence(substances, emergency),
  ],
  siblings: [
    ...countsOf(emergency, 36),
    ...countsOf(youth, 36),
    ...countsOf(speech, 36),
    ...countsOf(school, 12, 36),
    ...countsOf(psychiatric, 36),
  ],
});
