import { type Day, dayOf, parseDay, today } from '../../../../schema/calendar.js';
import type { DateFormat } from '../mapping/mapping.js';

const FINNISH_DATE = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:(Z)|([+-]\d{2})(?::?(\d{2}))?)?$/;
const MONTH = /^(\d{4})-(\d{2})$/;

/** Reads a date as a source writes it; undefined where there is no such date. Of a month the first day is taken. */
export function parseDate(text: string, format: DateFormat): Day | undefined {
  switch (format) {
    case 'iso':
      return parseDay(text);
    case 'iso-time': {
      const [, date = '', time, utc, hours, minutes = '00'] = ISO_TIME.exec(text) ?? [];
      const day = parseDay(date);
      const moment = Date.parse(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
      if (day === undefined || Number.isNaN(moment)) return undefined;
      return utc === undefined && hours === undefined ? day : dayInFinland(moment);
    }
    case 'dd.mm.yyyy': {
      const parts = FINNISH_DATE.exec(text);
      return parts ? dayOf(Number(parts[3]), Number(parts[2]), Number(parts[1])) : undefined;
    }
    case 'yyyy-mm':
      return MONTH.test(text) ? parseDay(`${text}-01`) : undefined;
  }
}

const MILLISECONDS_AN_HOUR = 3_600_000;
const dayOfHour = new Map<number, Day>();

/** Since 1921 Finland's clock differs from UTC by whole hours, so that a day is found once for each hour. */
function dayInFinland(moment: number): Day {
  const hour = Math.floor(moment / MILLISECONDS_AN_HOUR);
  let day = dayOfHour.get(hour);
  if (day === undefined) dayOfHour.set(hour, (day = today(new Date(moment))));
  return day;
}
