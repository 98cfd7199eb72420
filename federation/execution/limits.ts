import { type DocumentNode, Kind, type SelectionSetNode, visit } from 'graphql';
import { fragmentsOf } from '../../lib/collectFields.js';
import { PolkuError } from '../../lib/errors.js';

/** Limits on one request. Selections are counted where fragments are spread. */
export interface OperationLimits {
  readonly bodyBytes: number;
  readonly tokens: number;
  /** Levels of fields. */
  readonly depth: number;
  /** Levels of fields and fragments together. */
  readonly nesting: number;
  /** Characters of any name or alias. */
  readonly nameLength: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly selections: number;
  /**
   * Maximum number of requests to subgraphs, as predicted before planning
   * (federation/planning/planningCost.ts).
   */
  readonly planning: number;
  /** Maximum length of any list in the request, and of any page (`first`). */
  readonly listSize: number;
}

/**
 * Enough for people, and for the full introspection of GraphiQL. Too little for denial-of-service operations.
 */
export const defaultLimits: OperationLimits = {
  bodyBytes: 1_000_000,
  tokens: 10_000,
  depth: 20,
  nesting: 60,
  nameLength: 100,
  aliases: 100,
  rootFields: 20,
  selections: 2_000,
  planning: 400,
  listSize: 1_000,
};

/**
 * An operation with more characters takes milliseconds to check and to compile. Such work lets other work of
 * the process run first.
 */
export const LONG_OPERATION = 1_000;

/** Maximum levels of objects and lists in variables, and of lists in their types. Input types are shallow. */
const VARIABLE_DEPTH = 16;

/** The measured size of a document. */
export interface DocumentMeasure {
  /** The selections of its largest operation. */
  readonly selections: number;
}

/**
 * Measures a parsed document before anything else expands its fragments. The time is linear in the document,
 * because each fragment is measured once, however often it is spread (CVE-2025-32030 to 32034).
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export function checkDocument(document: DocumentNode, limits: OperationLimits): DocumentMeasure {
  const measure = measurer(document);
  let selections = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = measure(definition.selectionSet);
    refuseOver('depth', size.depth, limits.depth);
    refuseOver('nesting', size.nesting, limits.nesting);
    refuseOver('aliases', size.aliases, limits.aliases);
    refuseOver('root fields', size.roots, limits.rootFields);
    refuseOver('selections', size.selections, limits.selections);
    selections = Math.max(selections, size.selections);
  }
  checkNodes(document, limits);
  return { selections };
}

/**
 * Checks the page sizes in the text of an operation.
 * @param document only the operation that runs: others may have variables of the same names
 * @returns the variables that give a page size, for {@link checkPageSizes}
 * @throws PolkuError OPERATION_TOO_LARGE, BAD_USER_INPUT
 */
export function pageSizesIn(document: DocumentNode, { listSize }: OperationLimits): readonly string[] {
  const variables = new Set<string>();
  visit(document, {
    Argument({ name, value }) {
      if (name.value !== 'first') return;
      if (value.kind === Kind.INT) checkPageSize(Number(value.value), listSize);
      if (value.kind === Kind.VARIABLE) variables.add(value.name.value);
    },
  });
  return [...variables];
}

/**
 * Checks the page sizes in the variables of one request.
 * @param values the variables, including defaults
 * @throws PolkuError OPERATION_TOO_LARGE, BAD_USER_INPUT
 */
export function checkPageSizes(
  pageSizes: readonly string[],
  values: Readonly<Record<string, unknown>>,
  { listSize }: OperationLimits,
): void {
  for (const name of pageSizes) checkPageSize(Number(values[name] ?? 1), listSize);
}

/**
 * Measures the variables of one request before they are coerced.
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export function checkVariables(
  variables: Readonly<Record<string, unknown>>,
  { listSize }: OperationLimits,
): void {
  const waiting: [value: unknown, depth: number][] = Object.values(variables).map((value) => [value, 1]);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    refuseOver('depth of variables', depth, VARIABLE_DEPTH);
    if (Array.isArray(value)) refuseOver('list size', value.length, listSize);
    for (const child of Object.values(value)) waiting.push([child, depth + 1]);
  }
}

/** @throws PolkuError OPERATION_TOO_LARGE */
export function checkPlanning(cost: number, { planning }: OperationLimits): void {
  refuseOver('planning', cost, planning);
}

interface Size {
  depth: number;
  nesting: number;
  aliases: number;
  /** Fields of the outermost level. */
  roots: number;
  selections: number;
}

function measurer(document: DocumentNode): (selectionSet: SelectionSetNode) => Size {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, Size>();

  function measure(selectionSet: SelectionSetNode): Size {
    const size = { depth: 0, nesting: 0, aliases: 0, roots: 0, selections: 0 };
    for (const selection of selectionSet.selections) {
      size.selections += 1;
      if (selection.kind === Kind.FIELD) {
        size.roots += 1;
        if (selection.alias) size.aliases += 1;
        const below = selection.selectionSet ? measure(selection.selectionSet) : emptySize;
        size.depth = Math.max(size.depth, 1 + below.depth);
        size.nesting = Math.max(size.nesting, 1 + below.nesting);
        size.aliases += below.aliases;
        size.selections += below.selections;
      } else {
        const inside =
          selection.kind === Kind.INLINE_FRAGMENT
            ? measure(selection.selectionSet)
            : measureFragment(selection.name.value);
        size.depth = Math.max(size.depth, inside.depth);
        size.nesting = Math.max(size.nesting, 1 + inside.nesting);
        size.aliases += inside.aliases;
        size.roots += inside.roots;
        size.selections += inside.selections;
      }
    }
    return size;
  }

  function measureFragment(name: string): Size {
    const known = measured.get(name);
    if (known) return known;
    // A fragment counts as empty while it is measured, so that a cycle ends. Validation rejects the cycle.
    measured.set(name, emptySize);
    const definition = fragments.get(name);
    const size = definition ? measure(definition.selectionSet) : emptySize;
    measured.set(name, size);
    return size;
  }

  return measure;
}

const emptySize: Size = { depth: 0, nesting: 0, aliases: 0, roots: 0, selections: 0 };

/** Checks names, types and lists. */
function checkNodes(document: DocumentNode, { listSize, nameLength }: OperationLimits): void {
  let listDepth = 0;
  visit(document, {
    Name: ({ value }) => refuseOver('length of a name', value.length, nameLength),
    ListValue: ({ values }) => refuseOver('list size', values.length, listSize),
    ListType: {
      enter: () => refuseOver('depth of variables', ++listDepth, VARIABLE_DEPTH),
      leave: () => void listDepth--,
    },
  });
}

function checkPageSize(size: number, listSize: number): void {
  if (size < 1) throw new PolkuError('BAD_USER_INPUT', 'Expected a page of at least 1: first: 1.');
  refuseOver('page size', size, listSize);
}

function refuseOver(what: string, found: number, limit: number): void {
  if (!(found > limit)) return;
  throw new PolkuError(
    'OPERATION_TOO_LARGE',
    `The operation is too large: ${what} may be at most ${limit}. Ask in several smaller operations.`,
    { limit: what, maximum: limit },
  );
}
