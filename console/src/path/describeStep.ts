import { count } from './lanes.js';
import { sectorName } from './sectors.js';
import type { ServiceStep } from './servicePath.js';

const full = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const month = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2012-05-14` -> 14 May 2012; `2012-05` -> May 2012; `2012` -> 2012. */
export function writeDate(date: string): string {
  if (date.length === 4) return date;
  return (date.length === 7 ? month : full).format(new Date(date));
}

/** `May 2012 – 2014`, or the one date. */
export function writePeriod({ startedAt, endedAt }: ServiceStep): string {
  if (startedAt === null) return 'dates withheld';
  if (endedAt === null || endedAt === startedAt) return writeDate(startedAt);
  return `${writeDate(startedAt)} – ${writeDate(endedAt)}`;
}

export function writeContacts(contacts: number | null): string {
  return contacts === null ? 'number of contacts withheld' : count(contacts, 'contact');
}

/** A step in one line, for those who hear it. */
export function describeStep(step: ServiceStep): string {
  return `${sectorName(step.sector)}, ${step.service ?? 'service withheld'}, ${writePeriod(step)}, ${writeContacts(step.contacts)}`;
}
