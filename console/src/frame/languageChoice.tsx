import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { type TextLanguage, languages, rememberLanguage } from '../texts/languages.js';

/** Each language is named in itself, so that everybody finds their own. */
const names: Readonly<Record<TextLanguage, string>> = { fi: 'Suomi', sv: 'Svenska', en: 'English' };

export function LanguageChoice() {
  const { t, i18n } = useTranslation('frame');
  return (
    <Choice
      label={t('language')}
      value={i18n.language as TextLanguage}
      options={languages.map((language) => ({ id: language, label: names[language] }))}
      onChange={(language) => {
        rememberLanguage(language);
        void i18n.changeLanguage(language);
      }}
    />
  );
}
