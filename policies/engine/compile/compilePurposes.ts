import { didYouMean } from '../parse/didYouMean.js';
import type { PurposesFile } from '../parse/policyFiles.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { Problems } from '../parse/problems.js';
import type { Purpose } from '../policyModel.js';

export function compilePurposes(
  { source, content }: Parsed<PurposesFile>,
  problems: Problems,
): ReadonlyMap<string, Purpose> {
  const purposes = new Map(
    Object.entries(content.purposes).map(([id, entry]): [string, Purpose] => {
      const { label, basis, use, output, parent, forbidden = false, nonDisclosure } = entry;
      const entitled = nonDisclosure === 'entitled';
      return [id, { id, label, basis, forbidden, use, output, parent, entitled }];
    }),
  );
  for (const { id, use, parent: parentId, forbidden } of purposes.values()) {
    if (parentId === undefined) continue;
    const place = source.place(['purposes', id, 'parent']);
    const parent = purposes.get(parentId);
    if (!parent) {
      problems.error(place, `There is no purpose "${parentId}".`, didYouMean(parentId, purposes.keys()));
    } else if (ancestors(id, purposes).has(id)) {
      problems.error(
        place,
        `"${id}" is among its own parents.`,
        'Let one purpose of the circle have no parent.',
      );
    } else if (!forbidden && (parent.forbidden || use !== parent.use)) {
      const other = parent.forbidden ? 'forbidden' : parent.use;
      problems.error(
        place,
        `"${id}" is for ${use} use, but its parent "${parentId}" is ${other}: grants would cross over.`,
        `Choose a parent for ${use} use, or none.`,
      );
    }
  }
  return purposes;
}

/** A purpose's parents, their parents and so on. */
export function ancestors(id: string, purposes: ReadonlyMap<string, Purpose>): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = purposes.get(id)?.parent; at !== undefined && !found.has(at); at = purposes.get(at)?.parent)
    found.add(at);
  return found;
}

/** Named purposes with all that are below them; forbidden ones are below nobody. */
export function withChildren(
  names: ReadonlySet<string>,
  purposes: ReadonlyMap<string, Purpose>,
): ReadonlySet<string> {
  const covered = [...purposes.values()].filter(
    ({ id, forbidden }) =>
      names.has(id) || (!forbidden && [...ancestors(id, purposes)].some((ancestor) => names.has(ancestor))),
  );
  return new Set(covered.map(({ id }) => id));
}
