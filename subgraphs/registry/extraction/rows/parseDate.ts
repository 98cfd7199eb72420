import { type Day, dayOf, parseDay } from '../../../../schema/calendar.js';
import type { DateFormat } from '../mapping/mapping.js';

const FINNISH_DATE = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const MONTH = /^(\d{4})-(\d{2})$/;

/** Reads a date as a source writes it; undefined where there is no such date. Of a month the first day is taken. */
export function parseDate(text: string, format: DateFormat): Day | undefined {
  switch (format) {
    case 'iso':
      return parseDay(text);
    case 'dd.mm.yyyy': {
      const parts = FINNISH_DATE.exec(text);
      return parts ? dayOf(Number(parts[3]), Number(parts[2]), Number(parts[1])) : undefined;
    }
    case 'yyyy-mm':
      return MONTH.test(text) ? parseDay(`${text}-01`) : undefined;
  }
}
