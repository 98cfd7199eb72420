/** What a field tells, in the words of a data owner's register of processing (GDPR 30). A closed catalogue. */
export const categories = {
  identity: 'who a person is, and the ways to find one person',
  'birth-year': 'year of birth',
  demographic: 'sex, language and the like',
  residence: 'where a person lives',
  place: 'where a person is served',
  family: 'family ties',
  'service-use': 'which services a person uses, and when',
  diagnosis: 'diagnoses, by ICD-10 or another classification',
  health: 'other facts on health',
  'social-care': 'social services and child protection',
  education: 'attendance in early education',
  financial: 'money',
  derived: 'computed from several registries',
  operational: 'about the registers and their rules, not about people',
} as const;

export type Category = keyof typeof categories;

/** What tells where somebody is: for people under non-disclosure for safety it is withheld (661/2009 §36). */
export const whereabouts: ReadonlySet<Category> = new Set<Category>(['residence', 'place', 'family']);
