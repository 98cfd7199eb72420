import type { Day } from '../../schema/calendar.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { firstDayOf, lastDayOf, NO_PARTIAL_DAY } from '../../schema/partialDay.js';

/** The children who were in a family when a day began, as far as their dates are told; none where members did not come. */
export function childrenOn({ state, columns }: Feed, day: Day): PersonKey[] {
  if (state !== 'data') return [];
  const person = columns['person'] as Uint32Array;
  const role = columns['role'] as readonly (string | null)[];
  const startedAt = columns['startedAt'] as Int32Array;
  const endedAt = columns['endedAt'] as Int32Array;
  const children = new Set<PersonKey>();
  person.forEach((key, row) => {
    const isOver = endedAt[row] !== NO_PARTIAL_DAY && lastDayOf(endedAt[row]!) < day;
    if (role[row] === 'child' && firstDayOf(startedAt[row]!) < day && !isOver) children.add(key);
  });
  return [...children];
}
