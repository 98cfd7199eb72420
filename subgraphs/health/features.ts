import type { Labels } from '../../registry-kit/features/feature.js';
import { rowFactors } from '../../registry-kit/features/rowFeatures.js';
import { counts, type RowKind, since, together, trends } from '../../registry-kit/features/statistic.js';

const contacts = { table: 'contacts', start: 'start' };
const dated = ['Person.healthContacts', 'HealthContact.startedAt'];

const visitsTo = (service: string, label: Labels): RowKind => ({
  ...contacts,
  id: service,
  label,
  where: { column: 'service', codes: [service] },
  reads: [...dated, 'HealthContact.service'],
});
/** Diagnoses of a chapter of ICD-10, or of a part of it. */
const visitsFor = (id: string, prefixes: readonly string[], label: Labels): RowKind => ({
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
export const healthFactors = rowFactors('health', {
  child: [
    ...counts(any, 3, 12, 36, 60, undefined),
    ...counts(doctor, 3, 12, 36, 60),
    ...counts(nurse, 3, 12, 36, 60),
    ...counts(phone, 12, 36, 60),
    ...counts(childClinic, 12, 36, 60),
    ...counts(school, 3, 12, 36, 60),
    ...counts(oral, 12, 36, 60),
    ...counts(physiotherapy, 12, 36, 60),
    ...counts(speech, 3, 12, 36, 60),
    ...counts(youth, 3, 12, 36, 60),
    ...counts(emergency, 3, 12, 36, 60, undefined),
    ...counts(ward, 12, 36, 60),
    ...counts(urgent, 12, 36),
    ...[infections, metabolic, psychiatric, neurological, respiratory, digestive, symptoms, injuries].flatMap(
      (kind) => counts(kind, 36),
    ),
    ...since(any, school, speech, youth, emergency, ward),
    ...trends(any, school, emergency),
    ...[12, 36].map((months) => ({ kind: 'variety' as const, ...burdens.child, months })),
    together(youth, school),
    together(emergency, youth),
    together(speech, school),
  ],
  parents: [
    ...counts(any, 12, 36, 60),
    ...counts(doctor, 12, 36, 60),
    ...counts(nurse, 12, 36),
    ...counts(phone, 12, 36),
    ...counts(maternity, 12, 36),
    ...counts(physiotherapy, 12, 36),
    ...counts(mental, 3, 12, 36, 60, undefined),
    ...counts(substances, 3, 12, 36, 60, undefined),
    ...counts(emergency, 3, 12, 36, 60),
    ...counts(ward, 12, 36, 60),
    ...[psychiatric, circulatory, musculoskeletal, symptoms, injuries].flatMap((kind) => counts(kind, 36)),
    ...since(mental, substances, emergency),
    ...trends(mental, emergency),
    ...[12, 36].map((months) => ({ kind: 'variety' as const, ...burdens.parents, months })),
    together(mental, substances),
    together(mental, emergency),
    together(substances, emergency),
  ],
  siblings: [
    ...counts(emergency, 36),
    ...counts(youth, 36),
    ...counts(speech, 36),
    ...counts(school, 12, 36),
    ...counts(psychiatric, 36),
  ],
});
