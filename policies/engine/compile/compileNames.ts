import type { Day } from '../../../lib/calendar.js';
import { didYouMean, listed } from '../../../lib/didYouMean.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { Names, PurposesFile } from '../parse/policyFiles.js';
import type { PolicyGraph } from '../parse/policyGraph.js';
import type { Problems } from '../parse/problems.js';
import type { Path, SourceDocument } from '../parse/sourceDocument.js';
import type { Purpose, Role, Use } from '../policyModel.js';

/**
 * The purposes of a grant or prohibition and their child purposes. `any` means all that are not forbidden.
 */
export function compilePurposeNames(
  names: Names,
  source: SourceDocument,
  path: Path,
  { purposes, problems }: CompileContext,
): ReadonlySet<string> {
  if (!purposes) return new Set();
  if (names === 'any') return new Set([...purposes.values()].filter(isAllowed).map(({ id }) => id));
  checkNames(names, 'purpose', purposes, source, path, problems);
  return withChildren(new Set(names), purposes);
}

/** The roles of a grant. `any` means all. */
export function compileRoleNames(
  names: Names,
  source: SourceDocument,
  path: Path,
  { roles, problems }: CompileContext,
): ReadonlySet<string> {
  if (!roles) return new Set();
  if (names === 'any') return new Set(roles.keys());
  checkNames(names, 'role', roles, source, path, problems);
  return new Set(names);
}

function isAllowed(purpose: Purpose): boolean {
  return !purpose.forbidden;
}

function checkNames(
  names: readonly string[],
  noun: string,
  known: ReadonlyMap<string, unknown>,
  source: SourceDocument,
  path: Path,
  problems: CompileContext['problems'],
): void {
  names.forEach((name, index) => {
    if (known.has(name)) return;
    const fix = didYouMean(name, known.keys()) ?? `Known: ${listed(known.keys())}.`;
    problems.error(source.place([...path, index]), `There is no ${noun} "${name}".`, fix);
  });
}

/** What the entries of a registry's file are checked against. */
export interface CompileContext {
  readonly graph: PolicyGraph;
  readonly derived: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  /** undefined if purposes.yaml or roles.yaml has errors: then names are not checked. */
  readonly purposes: ReadonlyMap<string, Purpose> | undefined;
  readonly roles: ReadonlyMap<string, Role> | undefined;
  readonly day: Day;
  readonly problems: Problems;
}

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
      problems.error(place, `"${id}" is its own ancestor.`, 'Remove the parent of one purpose in the cycle.');
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

/** A purpose's parent, the parent's parent and so on. */
function ancestors(id: string, purposes: ReadonlyMap<string, Purpose>): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = purposes.get(id)?.parent; at !== undefined && !found.has(at); at = purposes.get(at)?.parent)
    found.add(at);
  return found;
}

/** Named purposes and all their descendants. A forbidden purpose counts only if it is named. */
function withChildren(
  names: ReadonlySet<string>,
  purposes: ReadonlyMap<string, Purpose>,
): ReadonlySet<string> {
  const covered = [...purposes.values()].filter(
    ({ id, forbidden }) =>
      names.has(id) || (!forbidden && [...ancestors(id, purposes)].some((ancestor) => names.has(ancestor))),
  );
  return new Set(covered.map(({ id }) => id));
}
