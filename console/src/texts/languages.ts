/** The languages of the console, by ISO 639-1, in the order in which they are offered. */
export const languages = ['fi', 'sv', 'en'] as const;

export type TextLanguage = (typeof languages)[number];

/** A text in every language. */
export type LabelTexts = Readonly<Record<TextLanguage, string>>;

/** How dates and numbers are written in each language, by BCP 47. Swedish is that of Finland. */
export const locales: LabelTexts = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' };

const STORED_AS = 'polku.language';

/** The language that the user chose here before, else the first of the browser's that the console knows. */
export function firstLanguage(): TextLanguage {
  const wanted = [window.localStorage.getItem(STORED_AS), ...navigator.languages];
  for (const tag of wanted) {
    const found = languages.find((language) => tag?.toLowerCase().split('-', 1)[0] === language);
    if (found) return found;
  }
  return 'en';
}

/** Keeps the choice in this browser. The language is all that the console keeps there of its user. */
export function rememberLanguage(language: TextLanguage): void {
  window.localStorage.setItem(STORED_AS, language);
}
