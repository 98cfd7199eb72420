import { rowFeatures } from '../../registry-kit/features/rowFeatures.js';
import {
  countsOf,
  daysSinceLast,
  meansOf,
  type RowKind,
  type RowNumber,
  sumsOf,
  trendsOf,
} from '../../registry-kit/features/statistic.js';
import type { LocalizedText } from '../../schema/language.js';

const dated = ['Person.educationContacts', 'EducationContact.startedAt'];
const monthsOf = (service: string, label: LocalizedText): RowKind => ({
  id: service,
  label,
  table: 'contacts',
  start: 'start',
  where: { column: 'service', codes: [service] },
  reads: [...dated, 'EducationContact.service'],
});

const attendance: RowKind = {
  id: 'attendance',
  label: {
    fi: 'kuukausia varhaiskasvatuksessa',
    en: 'months in early education',
    sv: 'månader i småbarnspedagogik',
  },
  table: 'contacts',
  start: 'start',
  reads: dated,
};
const muchAbsence: RowKind = {
  ...attendance,
  id: 'muchAbsence',
  label: {
    fi: 'kuukausia, joina poissa kolme päivää tai enemmän,',
    en: 'months with three or more days of absence',
    sv: 'månader med tre eller fler frånvarodagar',
  },
  where: { column: 'absenceDays', atLeast: 3 },
  reads: [...dated, 'EducationContact.absenceDays'],
};
const absence: RowNumber = {
  id: 'absence',
  label: { fi: 'poissaolopäiviä', en: 'days of absence', sv: 'frånvarodagar' },
  column: 'absenceDays',
  coordinate: 'EducationContact.absenceDays',
};
const hours: RowNumber = {
  id: 'hours',
  label: { fi: 'läsnäolotunteja', en: 'hours attended', sv: 'närvarotimmar' },
  column: 'hours',
  coordinate: 'EducationContact.hours',
};
const dayCare = monthsOf('V10', {
  fi: 'kuukausia päiväkodissa',
  en: 'months in a day-care centre',
  sv: 'månader i daghem',
});
const familyDayCare = monthsOf('V20', {
  fi: 'kuukausia perhepäivähoidossa',
  en: 'months in family day care',
  sv: 'månader i familjedagvård',
});
const openEducation = monthsOf('V40', {
  fi: 'kuukausia avoimessa varhaiskasvatuksessa',
  en: 'months in open early education',
  sv: 'månader i öppen småbarnspedagogik',
});
const prePrimary = monthsOf('V50', {
  fi: 'kuukausia esiopetuksessa',
  en: 'months in pre-primary education',
  sv: 'månader i förskoleundervisning',
});
const shiftCare = monthsOf('V60', {
  fi: 'kuukausia vuorohoidossa',
  en: 'months in round-the-clock care',
  sv: 'månader i skiftvård',
});
const enrolments: RowKind = {
  id: 'enrolments',
  label: {
    fi: 'paikkoja varhaiskasvatuksessa',
    en: 'places in early education',
    sv: 'platser i småbarnspedagogik',
  },
  table: 'enrolments',
  start: 'start',
  reads: ['Person.enrolments', 'Enrolment.startedAt'],
};

/** The features of early education about a child and the child's siblings. */
export const educationFeatures = rowFeatures('education', {
  child: [
    ...countsOf(attendance, 3, 12, 36, undefined),
    ...sumsOf(attendance, absence, 3, 12, 36),
    ...meansOf(attendance, absence, 3, 12, 36),
    ...meansOf(attendance, hours, 3, 12, 36),
    ...countsOf(muchAbsence, 12, 36),
    ...countsOf(dayCare, 12),
    ...countsOf(familyDayCare, 12),
    ...countsOf(openEducation, 12),
    ...countsOf(prePrimary, 12),
    ...countsOf(shiftCare, 12, 36),
    ...countsOf(enrolments, 12, 36, undefined),
    { kind: 'ongoing', of: enrolments, end: { column: 'end', coordinate: 'Enrolment.endedAt' } },
    ...daysSinceLast(attendance, muchAbsence, enrolments),
    ...trendsOf(attendance, muchAbsence),
  ],
  parents: [],
  siblings: [...countsOf(attendance, 12), ...meansOf(attendance, absence, 12), ...countsOf(muchAbsence, 12)],
});
