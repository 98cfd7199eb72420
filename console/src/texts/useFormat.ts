import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type LabelTexts, type TextLanguage, locales } from './languages.js';

/** Dates, numbers and labels in the language of the user. */
export interface Format {
  readonly language: TextLanguage;
  /** A date as precise as it is: `2012`, `2012-05` or `2012-05-14` (ISO 8601). */
  date(isoDate: string): string;
  /** A moment (ISO 8601 with time) in the time zone of the browser, to the minute. */
  moment(isoTime: string): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
  /** A share from 0 to 1 as a percentage. */
  percent(share: number, decimals?: number): string;
  /** `a, b and c` */
  list(items: readonly string[]): string;
  label(texts: LabelTexts): string;
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  const language = i18n.language as TextLanguage;
  return useMemo(() => formatIn(language), [language]);
}

/** @param timeZone IANA name; default: that of the machine */
export function formatIn(language: TextLanguage, timeZone?: string): Format {
  const locale = locales[language];
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const moment = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...(timeZone && { timeZone }),
  });
  return {
    language,
    date: (isoDate) => dateIn(locale, isoDate),
    moment: (isoTime) => moment.format(new Date(isoTime)),
    number: (value, options) => new Intl.NumberFormat(locale, options).format(value),
    percent: (share, decimals = 0) =>
      new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: decimals }).format(share),
    list: (items) => list.format(items),
    label: (texts) => texts[language],
  };
}

function dateIn(locale: string, isoDate: string): string {
  const [year = '', month, day] = isoDate.slice(0, 10).split('-');
  if (month === undefined) return year;
  // A calendar date has no time zone: it is read and written in the same one.
  const date = new Date(`${year}-${month}-${day ?? '01'}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return isoDate;
  const parts: Intl.DateTimeFormatOptions =
    day === undefined ? { month: 'long', year: 'numeric' } : { dateStyle: 'medium' };
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: 'UTC' }).format(date);
}
