import { didYouMean, listed } from '../parse/didYouMean.js';
import type { Names } from '../parse/policyFiles.js';
import type { Path, SourceDocument } from '../parse/sourceDocument.js';
import type { Purpose } from '../policyModel.js';
import { withChildren } from './compilePurposes.js';
import type { CompileContext } from './compileContext.js';

/** The purposes of a grant or prohibition, with all below them; `any` are all but the forbidden ones. */
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

/** The roles of a grant; `any` are all. */
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
