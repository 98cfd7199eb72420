import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { codingName } from '../texts/coding.js';
import { locales } from '../texts/languages.js';
import { useFormat } from '../texts/useFormat.js';
import type { CriteriaCatalogue } from './criteria.js';
import type { ResultNames } from './publishedTable.js';
import type { Words } from './sentences.js';

/** Sentences about filters, and the names of codes, in the language of the user. */
export function useWords(criteria: CriteriaCatalogue): Words {
  const { t } = useTranslation('groups');
  const format = useFormat();
  return useMemo(() => {
    const languageNames = new Intl.DisplayNames(locales[format.language], { type: 'language' });
    const codeName = (criterion: string, field: string, code: string): string => {
      if (criterion === 'sex' || criterion === 'familyType')
        return t(`code.${criterion}.${code}`, { defaultValue: code });
      if (criterion === 'language') return languageNameOf(languageNames, code);
      return criteria.labelOf(criterion, field, code) ?? code;
    };
    return { t, format, criteria, codeName };
  }, [t, format, criteria]);
}

function languageNameOf(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** The names that tables of results use. */
export function namesIn({ t, codeName }: Words): ResultNames {
  return {
    t,
    service: ({ service }) => codingName(service) ?? '',
    sector: (sector) => (sector === null ? '' : t(`registry.${sector}`, { defaultValue: sector })),
    category: (dimension, category) => {
      if (typeof category !== 'object') return String(category);
      const { code, label } = category;
      if (dimension === 'SEX') return codeName('sex', 'in', code ?? '');
      if (dimension === 'FAMILY_TYPE') return codeName('familyType', 'in', code ?? '');
      return label ?? code ?? '';
    },
  };
}
