import { isMap, isScalar, isSeq, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';

/** A field that a grant shows. */
export interface WrittenField {
  /** `Type.field`, `Type.{a,b}` or `Type.*`. */
  readonly pattern: string;
  /** undefined: shown as it is. */
  readonly mask: string | undefined;
}

/** A grant as a policy file has it. */
export interface WrittenGrant {
  readonly id: string;
  /** `['any']`: all of them. */
  readonly purposes: readonly string[];
  readonly roles: readonly string[];
  readonly when: readonly string[];
  readonly basis: readonly string[];
  readonly show: readonly WrittenField[];
  /** Types that may be computed from fields of the registry. */
  readonly derive: readonly string[];
  readonly needsPermit: boolean;
  /** The first day on which it counts, such as 2027-01-01; undefined: at once. */
  readonly from: string | undefined;
  /** The last day on which it counts; undefined: as long as its file is in force. */
  readonly until: string | undefined;
}

/** The lists of a grant that can be changed. Only `when` may be empty. */
export type GrantList = 'purposes' | 'roles' | 'when' | 'basis';

/** The first and the last day of a grant. */
export type GrantBound = 'from' | 'until';

/** The list has comments, which would be lost. It can be changed in the text. */
export class ListHasComments extends Error {}

/** The grants of a policy file; undefined if the text is not YAML, or has grants in braces. */
export function readGrants(text: string): readonly WrittenGrant[] | undefined {
  const grants = grantNodes(text);
  return grants?.map((grant) => ({
    id: textOf(grant, 'id'),
    purposes: namesOf(grant, 'purposes'),
    roles: namesOf(grant, 'roles'),
    when: namesOf(grant, 'when'),
    basis: namesOf(grant, 'basis'),
    show: entriesOf(grant, 'show').map((pair) => ({ pattern: keyOf(pair), mask: maskOf(pair) })),
    derive: (mapOf(grant, 'derive')?.items ?? []).map(keyOf),
    needsPermit: grant.has('permit'),
    from: dayOf(grant, 'from'),
    until: dayOf(grant, 'until'),
  }));
}

/**
 * Changes how a grant shows a field. All other bytes of the text stay.
 * @param mask undefined: as it is
 */
export function setFieldMask(
  text: string,
  grantId: string,
  pattern: string,
  mask: string | undefined,
): string {
  const pair = entriesOf(grantOf(text, grantId), 'show').find((one) => keyOf(one) === pattern)!;
  const [start, end] = rangeOf(pair.value, text);
  return splice(text, start, end, writeEffect(mask));
}

/** Adds a field to a grant, after its others. */
export function addField(text: string, grantId: string, pattern: string, mask: string | undefined): string {
  return addEntry(text, grantOf(text, grantId), 'show', pattern, writeEffect(mask));
}

/** Takes a field out of a grant, with its line. The last one takes the key `show` with it. */
export function removeField(text: string, grantId: string, pattern: string): string {
  return removeEntry(text, grantOf(text, grantId), 'show', pattern);
}

/**
 * Changes the first or the last day of a grant.
 * @param day such as 2027-12-31; undefined: there is none
 */
export function setGrantDay(
  text: string,
  grantId: string,
  bound: GrantBound,
  day: string | undefined,
): string {
  const grant = grantOf(text, grantId);
  const written = entriesOf(grant, 'valid').find((one) => keyOf(one) === bound);
  if (!written) return day === undefined ? text : addEntry(text, grant, 'valid', bound, day);
  if (day === undefined) return removeEntry(text, grant, 'valid', bound);
  return splice(text, ...rangeOf(written.value, text), day);
}

/**
 * Changes a list of a grant. An empty list takes its key with it.
 * @throws ListHasComments
 */
export function setGrantList(
  text: string,
  grantId: string,
  key: GrantList,
  names: readonly string[],
): string {
  const grant = grantOf(text, grantId);
  const pair = grant.items.find((one) => keyOf(one) === key);
  const written = `[${names.map(writeName).join(', ')}]`;
  if (!pair) {
    const { at, indent } = afterKey(text, grant, 'basis');
    return names.length === 0 ? text : splice(text, at, at, `\n${indent}${key}: ${written}`);
  }
  const [start, end] = rangeOf(pair.value, text);
  if (text.slice(start, end).includes('#')) throw new ListHasComments();
  if (names.length === 0) return removeLines(text, rangeOf(pair.key, text)[0], end);
  return splice(text, start, end, written);
}

type Entry = Pair<unknown, unknown>;

function grantNodes(text: string): readonly YAMLMap[] | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const grants = document.contents.get('grants', true);
  if (grants === undefined) return [];
  if (!isSeq(grants)) return undefined;
  const maps = grants.items.filter((grant) => isMap(grant)).filter(({ flow }) => !flow);
  return maps.length === grants.items.length ? maps : undefined;
}

function grantOf(text: string, id: string): YAMLMap {
  return grantNodes(text)!.find((grant) => textOf(grant, 'id') === id)!;
}

function mapOf(grant: YAMLMap, key: string): YAMLMap<unknown, unknown> | undefined {
  const value: unknown = grant.get(key, true);
  return isMap(value) ? value : undefined;
}

/** What stands under a key of a grant. */
function entriesOf(grant: YAMLMap, outer: string): readonly Entry[] {
  return mapOf(grant, outer)?.items ?? [];
}

function addEntry(text: string, grant: YAMLMap, outer: string, key: string, value: string): string {
  const map = mapOf(grant, outer);
  const last = map?.items.at(-1);
  if (!map || !last) {
    const { at, indent } = afterKey(text, grant, 'basis');
    return splice(text, at, at, `\n${indent}${outer}:\n${indent}  ${key}: ${value}`);
  }
  const [, end] = rangeOf(last.value, text);
  if (map.flow) return splice(text, end, end, `, ${writeName(key)}: ${value}`);
  const at = endOfLine(text, end);
  return splice(text, at, at, `\n${indentOf(text, rangeOf(last.key, text)[0])}${key}: ${value}`);
}

/** The last entry takes the outer key with it. */
function removeEntry(text: string, grant: YAMLMap, outer: string, key: string): string {
  const map = mapOf(grant, outer)!;
  const entry = map.items.find((one) => keyOf(one) === key)!;
  const [start, end] = [rangeOf(entry.key, text)[0], rangeOf(entry.value, text)[1]];
  if (map.items.length === 1) {
    const whole = grant.items.find((one) => keyOf(one) === outer)!;
    return removeLines(text, rangeOf(whole.key, text)[0], rangeOf(map, text)[1]);
  }
  if (!map.flow) return removeLines(text, start, end);
  const rest = map.items
    .filter((one) => one !== entry)
    .map((one) => text.slice(rangeOf(one.key, text)[0], rangeOf(one.value, text)[1]));
  return splice(text, ...rangeOf(map, text), `{ ${rest.join(', ')} }`);
}

function textOf(map: YAMLMap<unknown, unknown>, key: string): string {
  return String(map.get(key) ?? '');
}

/** A list of names, or the one name `any`. */
function namesOf(grant: YAMLMap, key: string): readonly string[] {
  const value: unknown = grant.get(key, true);
  if (isSeq(value)) return value.items.map((item) => String(isScalar(item) ? item.value : item));
  return isScalar(value) ? [String(value.value)] : [];
}

function keyOf({ key }: Entry): string {
  return String(isScalar(key) ? key.value : key);
}

function dayOf(grant: YAMLMap, bound: GrantBound): string | undefined {
  const valid = mapOf(grant, 'valid');
  return valid?.has(bound) ? textOf(valid, bound) : undefined;
}

function maskOf({ value }: Entry): string | undefined {
  return isMap(value) ? textOf(value, 'mask') : undefined;
}

/** Where a node begins and ends in the text, without the space after it. */
function rangeOf(node: unknown, text: string): [number, number] {
  const [start, end] = (node as Scalar).range!;
  return [start, text.slice(0, end).trimEnd().length];
}

function writeEffect(mask: string | undefined): string {
  return mask === undefined ? 'allow' : `{ mask: ${mask} }`;
}

/** An item of a list in brackets: in quotes where YAML would read anything else. */
function writeName(name: string): string {
  const { errors, contents } = parseDocument(`[${name}]`);
  const [only, ...others] = isSeq(contents) ? contents.items : [];
  const isPlain = errors.length === 0 && others.length === 0 && isScalar(only) && only.value === name;
  return isPlain ? name : `'${name.replaceAll("'", "''")}'`;
}

function splice(text: string, start: number, end: number, put: string): string {
  return text.slice(0, start) + put + text.slice(end);
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at === -1 ? text.length : at;
}

/** What stands before a key on its line; the dash of a list item counts as a space. */
function indentOf(text: string, at: number): string {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at).replace('-', ' ');
}

/** The end of the line on which the value of a key ends, and the indent of the key. */
function afterKey(text: string, map: YAMLMap, key: string): { at: number; indent: string } {
  const pair = map.items.find((one) => keyOf(one) === key)!;
  return {
    at: endOfLine(text, rangeOf(pair.value, text)[1]),
    indent: indentOf(text, rangeOf(pair.key, text)[0]),
  };
}

/** Removes the lines from that of one place to that of another, both included. */
function removeLines(text: string, from: number, to: number): string {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const end = endOfLine(text, to);
  return text.slice(0, start) + text.slice(end + 1);
}
