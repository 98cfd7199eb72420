import { type Day, dayOf } from '../../../lib/calendar.js';
import { isIdentityCodeNumber } from '../../../schema/identityCodeText.js';

/**
 * Reads a date as a source writes it: undefined if there is no such date, null if it stands for no date.
 * Source systems write impossible years for "open" or "unknown": 9999-12-31, 0001-01-01, 00000000.
 */
type DateParser = (text: string) => Day | null | undefined;

const FIRST_YEAR = 1000;
const LAST_YEAR = 9998;

const YEAR = '[+-]?\\d{4,6}';
const ISO_DATE = new RegExp(`^(${YEAR})-(\\d{2})-(\\d{2})$`);
const ISO_TIME = new RegExp(
  `^(${YEAR})-(\\d{2})-(\\d{2})[T ](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?)(?:(Z)|([+-]\\d{2})(?::?(\\d{2}))?)?$`,
);
/** Dates that PostgreSQL and DuckDB write outside their range. */
const BEYOND_ALL_DATES = /^(?:-?infinity|\d{4,6}-\d{2}-\d{2}.* (?:BC|\(BC\)))$/;

/**
 * @param format `iso`, `iso-time`, `typed` (the column's type is a day or a time), or a pattern of dd, mm,
 * yyyy or yy; a time of day may follow (hh:mm or hh:mm:ss)
 * @param firstYear the first of the hundred years of yy
 * @param zone the zone of times without zone or offset; without it their day is used as written
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

/** What a token of a pattern matches. Between separators, a day or a month may have one digit. */
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

/** A pattern without a day means the first day of the month. */
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

/** Formats a day in ISO 8601 by the clock of Finland; the Swedish locale uses ISO 8601. */
const HELSINKI = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });

const HOUR = 3_600_000;
/**
 * Finland's clock differs from UTC by whole hours from this moment on. Before, it differed by 1 h 39 min 49
 * s.
 */
const WHOLE_HOURS_SINCE = Date.UTC(1921, 4, 1);

const dayOfHour = new Map<number, Day>();

/** The day in Finland at a moment, in milliseconds since 1970 UTC. */
function dayInFinland(moment: number): Day {
  if (moment < WHOLE_HOURS_SINCE) return dayOnClock(moment);
  const hour = Math.floor(moment / HOUR);
  let day = dayOfHour.get(hour);
  if (day === undefined) dayOfHour.set(hour, (day = dayOnClock(moment)));
  return day;
}

function dayOnClock(moment: number): Day {
  const [year, month, day] = HELSINKI.format(moment).split('-').map(Number);
  return dayOf(year!, month!, day!)!;
}

/** The moment at which a zone's clock shows a time. The time is given as if it were UTC. */
function momentInZone(time: number, zone: string): number {
  const guess = time - offsetAt(time, zone);
  return time - offsetAt(guess, zone);
}

/** Whether a text is a zone of the IANA database. */
export function isTimeZone(text: string): boolean {
  try {
    clockOf(text);
    return true;
  } catch {
    return false;
  }
}

const SECOND = 1000;

/** The difference between a zone's clock and UTC, in milliseconds. */
function offsetAt(moment: number, zone: string): number {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts as Record<string, string>;
  const shown = Date.parse(`${year!.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return shown - Math.floor(moment / SECOND) * SECOND;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    const [whole, twoDigits] = ['numeric', '2-digit'] as const;
    clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      hourCycle: 'h23',
      year: whole,
      month: twoDigits,
      day: twoDigits,
      hour: twoDigits,
      minute: twoDigits,
      second: twoDigits,
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** The decimal separator that a mapping declares. */
export type DecimalSign = '.' | ',';

const PLAIN = /^-?(?:\d+(?:\.\d+)?|\.\d+)$/;

/**
 * Digits in groups of three, with one separator: a blank (also no-break, thin or narrow), or the other
 * separator.
 */
const DECLARED: Readonly<Record<DecimalSign, RegExp>> = {
  ',': /^-?(?:\d+|\d{1,3}([ .\u00a0\u2007\u2009\u202f])\d{3}(?:\1\d{3})*)?(?:,\d+)?$/,
  '.': /^-?(?:\d+|\d{1,3}([ ,\u00a0\u2007\u2009\u202f])\d{3}(?:\1\d{3})*)?(?:\.\d+)?$/,
};

/**
 * Reads a number as a source writes it; undefined if it is not valid. Without a declared separator it is a
 * plain decimal: no exponent, no hexadecimal, no separators. An identity code without its century sign is not
 * a number.
 */
export function parseNumber(text: string, decimal: DecimalSign | undefined): number | undefined {
  const plain = decimal === undefined ? text : plainDecimal(text, decimal);
  if (plain === undefined || !PLAIN.test(plain) || isIdentityCodeNumber(plain)) return undefined;
  const number = Number(plain);
  // No minus zero.
  return Number.isFinite(number) ? number + 0 : undefined;
}

function plainDecimal(text: string, decimal: DecimalSign): string | undefined {
  if (!DECLARED[decimal].test(text)) return undefined;
  const [whole = '', decimals] = text.split(decimal);
  const digits = whole.replaceAll(/[^-\d]/g, '');
  return decimals === undefined ? digits : `${digits}.${decimals}`;
}
