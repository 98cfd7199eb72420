import { type Day, dayOf } from '../../../../schema/calendar.js';
import { dayInFinland, momentInZone } from './zonedTime.js';

/**
 * Reads a date as a source writes it: undefined if there is no such date, null if it stands for no date. Source systems write
 * years that no register has for "open" or "unknown": 9999-12-31, 0001-01-01, 00000000.
 */
export type DateParser = (text: string) => Day | null | undefined;

const FIRST_YEAR = 1000;
const LAST_YEAR = 9998;

const YEAR = '[+-]?\\d{4,6}';
const ISO_DATE = new RegExp(`^(${YEAR})-(\\d{2})-(\\d{2})$`);
const ISO_TIME = new RegExp(
  `^(${YEAR})-(\\d{2})-(\\d{2})[T ](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?)(?:(Z)|([+-]\\d{2})(?::?(\\d{2}))?)?$`,
);
/** PostgreSQL and DuckDB write such dates. */
const BEYOND_ALL_DATES = /^(?:-?infinity|\d{4,6}-\d{2}-\d{2}.* (?:BC|\(BC\)))$/;

/**
 * @param format `iso`, `iso-time`, `typed` (a day or a time, as a column has them that says so by its type), or a pattern of dd, mm, yyyy or yy, which a time of day may follow (hh:mm or hh:mm:ss)
 * @param firstYear the first of the hundred years that yy stands for
 * @param zone of times that have neither zone nor offset; without it their day is taken as written
 */
export function dateParser(format: string, firstYear?: number, zone?: string): DateParser {
  const parse =
    format === 'iso'
      ? isoDate
      : format === 'iso-time'
        ? isoTime(zone)
        : format === 'typed'
          ? isoDayOrTime(zone)
          : patternParser(format, firstYear ?? 0);
  return (text) => (BEYOND_ALL_DATES.test(text) ? null : parse(text));
}

function isoDate(text: string): Day | null | undefined {
  const [, year, month, day] = ISO_DATE.exec(text) ?? [];
  return year === undefined ? undefined : dayIn(Number(year), Number(month), Number(day));
}

function isoDayOrTime(zone: string | undefined): DateParser {
  const time = isoTime(zone);
  return (text) => (ISO_DATE.test(text) ? isoDate(text) : time(text));
}

function isoTime(zone: string | undefined): DateParser {
  return (text) => {
    const [, year, month, date, time, utc, hours, minutes = '00'] = ISO_TIME.exec(text) ?? [];
    if (year === undefined) return undefined;
    const day = dayIn(Number(year), Number(month), Number(date));
    if (day == null) return day;
    const moment = Date.parse(
      `${year}-${month}-${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`,
    );
    if (Number.isNaN(moment)) return undefined;
    if (utc !== undefined || hours !== undefined) return dayInFinland(moment);
    return zone === undefined ? day : dayInFinland(momentInZone(moment, zone));
  };
}

/** What a token of a pattern matches. Between separators a day or a month may have one digit. */
const TOKENS: Readonly<Record<string, string>> = {
  yyyy: `(?<year>${YEAR})`,
  yy: '(?<year>\\d{2})',
  mm: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{1,2})',
  'hh:mm': '(?:[01]?\\d|2[0-3]):[0-5]\\d',
  'hh:mm:ss': '(?:[01]?\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:[.,]\\d+)?',
};
const WITHOUT_SEPARATORS: Readonly<Record<string, string>> = {
  ...TOKENS,
  yyyy: '(?<year>\\d{4})',
  mm: '(?<month>\\d{2})',
  dd: '(?<day>\\d{2})',
};

/** The first day is taken where a pattern has no day. */
function patternParser(pattern: string, firstYear: number): DateParser {
  const tokens = /[-./ ]/.test(pattern.replace(/ hh:mm.*/, '')) ? TOKENS : WITHOUT_SEPARATORS;
  const form = new RegExp(
    `^${pattern.replaceAll(/hh:mm:ss|hh:mm|yyyy|yy|mm|dd|\./g, (token) => tokens[token] ?? '\\.')}$`,
  );
  const twoDigits = hasYearsOfTwoDigits(pattern);
  return (text) => {
    const { year, month, day = '1' } = form.exec(text)?.groups ?? {};
    if (year === undefined) return undefined;
    const inCentury = (((Number(year) - firstYear) % 100) + 100) % 100;
    return dayIn(twoDigits ? firstYear + inCentury : Number(year), Number(month), Number(day));
  };
}

export function hasYearsOfTwoDigits(pattern: string): boolean {
  return pattern.includes('yy') && !pattern.includes('yyyy');
}

function dayIn(year: number, month: number, dayOfMonth: number): Day | null | undefined {
  return year < FIRST_YEAR || year > LAST_YEAR ? null : dayOf(year, month, dayOfMonth);
}
