import { type Day, dayOf } from '../../../../schema/calendar.js';

/** A day as ISO 8601 writes it, by the clock of a zone; ISO is what Sweden writes. */
const HELSINKI = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });

const HOUR = 3_600_000;
/** From this moment on Finland's clock differs from UTC by whole hours: before, by 1 h 39 min 49 s. */
const WHOLE_HOURS_SINCE = Date.UTC(1921, 4, 1);

const dayOfHour = new Map<number, Day>();

/** The day that it was in Finland at a moment, in milliseconds since 1970 UTC. */
export function dayInFinland(moment: number): Day {
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

/** The moment at which a zone's clock shows a time, which is written as if it were UTC. */
export function momentInZone(time: number, zone: string): number {
  const guess = time - offsetAt(time, zone);
  return time - offsetAt(guess, zone);
}

/** Whether a text names a zone of the IANA database. */
export function isTimeZone(text: string): boolean {
  try {
    clockOf(text);
    return true;
  } catch {
    return false;
  }
}

const SECOND = 1000;

/** By how many milliseconds a zone's clock is ahead of UTC. */
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
