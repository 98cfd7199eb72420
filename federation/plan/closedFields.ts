import { randomUUID } from 'node:crypto';
import {
  type FieldNode,
  getNamedType,
  type GraphQLNamedType,
  GraphQLString,
  isInterfaceType,
  isLeafType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { type DataPath, isDataObject, own, ownReader } from '../execution/dataObject.js';
import { isCustomScalar, jsonPattern } from '../execution/leafValues.js';
import type { FieldShape, ObjectShape, ValueShape } from '../execution/responseShape.js';
import type { Fetch } from '../supergraph/dataSource.js';
import { dataPlaces } from './dataPlaces.js';
import { keyOf, type PlacedFetch, type PlanGraph, type SelectedField } from './fetchSelection.js';
import { isTouchedBy } from './mergeFields.js';
import type { PlanContext } from './planRun.js';

/** A field of a fetch whose value goes into the response as it is. */
interface ClosedField {
  /** Where the object that has it lies in the subgraph's data. */
  readonly path: DataPath;
  readonly key: string;
  /** Matches every value of it that the response may have, and no other; a regular expression's source. */
  readonly pattern: string;
}

/**
 * Compiles the reading of a fetch's answers. A field is closed where the response wants exactly what the fetch asks for: the
 * same keys in the same order, leaves whose JSON is checked by a pattern, no ids to seal, nothing that another fetch works
 * on. Its text is checked as it stands, which takes a tenth of parsing it and writing it again; whatever does not match is
 * parsed as ever.
 * @param base where in the subgraph's data the objects of the fetch lie
 */
export function fetchedText(
  fetch: PlacedFetch,
  fields: readonly SelectedField[],
  base: DataPath,
  context: PlanContext,
): Fetch['read'] {
  // With the first text: in one process there is none.
  let read: Fetch['read'] | undefined;
  return (text) => (read ??= compileReading(fetch, fields, base, context))(text);
}

function compileReading(
  fetch: PlacedFetch,
  fields: readonly SelectedField[],
  base: DataPath,
  context: PlanContext,
): Fetch['read'] {
  const closed = closedFields(fetch, fields, base, context);
  if (closed.length === 0) return JSON.parse;
  const members = closed.map(({ key, pattern }) => `"${key}":${pattern}`);
  const pattern = new RegExp(members.join('|'), 'g');
  const places = closed.map(({ path, key }) => ({
    at: dataPlaces(['data', ...path]),
    key,
    read: ownReader(key),
  }));
  return (text) => {
    const texts = new ClosedTexts();
    const answer: unknown = JSON.parse(texts.take(text, pattern));
    if (texts.count === 0) return answer;
    // Extensions of an error could hold a member of the same name.
    if (isDataObject(answer) && own(answer, 'errors') !== undefined) return JSON.parse(text);
    for (const { at, key, read } of places)
      for (const object of at.objects(answer)) object[key] = texts.of(read(object));
    return answer;
  };
}

function closedFields(
  fetch: PlacedFetch,
  fields: readonly SelectedField[],
  base: DataPath,
  { shape, fetches, required, schema, types }: PlanContext,
): readonly ClosedField[] {
  const object = shape && objectAt(shape, fetch.path);
  if (!object || fetch.node.outputRewrites?.length) return [];
  const finder = new Finder({ schema, types }, required);
  for (const { node, typeCondition } of fields) {
    if (typeCondition !== undefined && typeCondition !== object.type.name) return [];
    const touched = isTouchedBy(fetches, fetch, keyOf(node));
    finder.find(node, object.type.name, memberOf(object, keyOf(node)), base, touched);
  }
  return finder.closed;
}

/** Looks through the selections of one fetch. */
class Finder {
  readonly #found: ClosedField[] = [];
  readonly #keys = new Map<string, number>();
  /** A custom scalar that is parsed may hold anything, a member with the name of a closed one included. */
  #anything = false;

  constructor(
    private readonly graph: PlanGraph,
    private readonly required: ReadonlySet<string>,
  ) {}

  /** Those whose key stands once in the fetch, so that no other member can be taken for one of them. */
  get closed(): readonly ClosedField[] {
    if (this.#anything) return [];
    return this.#found.filter(({ key }) => this.#keys.get(key) === 1);
  }

  /** @param member what the response wants of the field; undefined where only the plan does */
  find(
    node: FieldNode,
    parent: string,
    member: FieldShape | undefined,
    path: DataPath,
    touched: boolean,
  ): void {
    const key = keyOf(node);
    this.#keys.set(key, (this.#keys.get(key) ?? 0) + 1);
    const type = this.#typeOf(node, parent);
    if (!node.selectionSet) {
      this.#anything ||=
        !isLeafType(type) || (isCustomScalar(type) && !this.graph.types.isKeyScalar(type.name));
      return;
    }
    const value = member?.kind === 'value' ? member.value : undefined;
    const isFree = value && !touched && !this.required.has(key);
    const pattern = isFree ? closedPattern(value, node.selectionSet) : undefined;
    if (pattern !== undefined) {
      this.#found.push({ path, key, pattern });
      this.#count(node.selectionSet);
      return;
    }
    const inner = value && innermost(value);
    for (const child of node.selectionSet.selections) {
      if (child.kind !== Kind.FIELD) {
        this.#anything = true;
        return;
      }
      const wanted = inner?.kind === 'object' ? memberOf(inner.object, keyOf(child)) : undefined;
      this.find(child, type?.name ?? '', wanted, [...path, key, ...(inner?.steps ?? [])], touched);
    }
  }

  #typeOf({ name }: FieldNode, parent: string): GraphQLNamedType | undefined {
    if (name.value === '__typename') return GraphQLString;
    const type = this.graph.schema.getType(parent);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined;
    return field && getNamedType(field.type);
  }

  #count({ selections }: SelectionSetNode): void {
    for (const node of selections) {
      if (node.kind !== Kind.FIELD) continue;
      this.#keys.set(keyOf(node), (this.#keys.get(keyOf(node)) ?? 0) + 1);
      if (node.selectionSet) this.#count(node.selectionSet);
    }
  }
}

/** The object of the response at a place of the data, if it has one type only. */
function objectAt(shape: ObjectShape, path: DataPath): ObjectShape | undefined {
  let value: ValueShape = { kind: 'object', object: shape, nonNull: true };
  for (const step of path) {
    if (step === '@') {
      if (value.kind !== 'list') return undefined;
      value = value.item;
      continue;
    }
    const member: FieldShape | undefined =
      value.kind === 'object' ? memberOf(value.object, String(step)) : undefined;
    if (member?.kind !== 'value') return undefined;
    value = member.value;
  }
  return value.kind === 'object' && isObjectType(value.object.type) ? value.object : undefined;
}

function memberOf(object: ObjectShape, key: string): FieldShape | undefined {
  if (!isObjectType(object.type)) return undefined;
  return object.as(object.type).fields.find(({ dataKey }) => dataKey === key);
}

/** What lists hold, with a step for each of them. */
function innermost(value: ValueShape): (ValueShape & { readonly steps: readonly string[] }) | undefined {
  const steps: string[] = [];
  let inner = value;
  for (; inner.kind === 'list'; inner = inner.item) steps.push('@');
  return { ...inner, steps };
}

/** The pattern of a value that is asked for exactly as the response wants it; undefined where it is not. */
function closedPattern(value: ValueShape, selection: SelectionSetNode | undefined): string | undefined {
  const pattern = definitePattern(value, selection);
  if (pattern === undefined) return undefined;
  return value.nonNull ? pattern : `(?:${pattern}|null)`;
}

function definitePattern(value: ValueShape, selection: SelectionSetNode | undefined): string | undefined {
  switch (value.kind) {
    case 'key':
      return undefined;
    case 'leaf':
      return jsonPattern(value.type);
    case 'list': {
      const item = closedPattern(value.item, selection);
      return item && `\\[(?:${item}(?:,${item})*)?\\]`;
    }
    case 'object':
      return selection && membersPattern(value.object, selection);
  }
}

function membersPattern(object: ObjectShape, { selections }: SelectionSetNode): string | undefined {
  if (!isObjectType(object.type)) return undefined;
  const members = object.as(object.type).fields;
  if (members.length !== selections.length) return undefined;
  const patterns: string[] = [];
  for (const [index, member] of members.entries()) {
    const node = selections[index]!;
    if (node.kind !== Kind.FIELD || keyOf(node) !== member.dataKey || member.responseKey !== member.dataKey)
      return undefined;
    const pattern =
      member.kind === 'value'
        ? closedPattern(member.value, node.selectionSet)
        : member.kind === 'typename'
          ? `"${object.type.name}"`
          : undefined;
    if (pattern === undefined) return undefined;
    patterns.push(`"${member.responseKey}":${pattern}`);
  }
  return `\\{${patterns.join(',')}\\}`;
}

/** JSON that is being written: the closed texts in it, and what stands for them meanwhile. */
interface Writing {
  mark?: string;
  readonly texts: string[];
}

/**
 * A value of the response as JSON text that came from a subgraph and was found to be what the response wants, to the
 * letter: it is neither parsed nor written again. Whoever makes JSON of it otherwise gets the same value.
 */
export class ClosedText {
  static #writing: Writing | undefined;

  constructor(readonly text: string) {}

  toJSON(): unknown {
    const writing = ClosedText.#writing;
    if (!writing) return JSON.parse(this.text) as unknown;
    writing.texts.push(this.text);
    return (writing.mark ??= randomUUID());
  }

  /** Writes a value as JSON.stringify does, with every closed text in it as it stands. */
  static stringify(value: unknown): string {
    const writing: Writing = { texts: [] };
    let json: string;
    ClosedText.#writing = writing;
    try {
      json = JSON.stringify(value);
    } finally {
      ClosedText.#writing = undefined;
    }
    if (writing.texts.length === 0) return json;
    // Joined rather than added up, which would leave a tree of a thousand branches to walk when it is sent.
    const parts = json.split(`"${writing.mark}"`);
    return parts.flatMap((part, index) => [part, writing.texts[index] ?? '']).join('');
  }

  /** Writes an object so, its members in turns with the rest of the process. */
  static async stringifyInTurns(object: Readonly<Record<string, unknown>>): Promise<string> {
    const scheduler = new CooperativeScheduler();
    const members: string[] = [];
    for (const [name, value] of Object.entries(object)) {
      if (scheduler.shouldYield) await scheduler.yield();
      members.push(`${JSON.stringify(name)}:${ClosedText.stringify(value)}`);
    }
    return `{${members.join(',')}}`;
  }
}

/**
 * Closed texts that are taken out of JSON before it is parsed, by marks in their places. A mark is made for one text alone
 * and unknown to whoever wrote it, so that no subgraph and no client can write one.
 */
class ClosedTexts {
  readonly #mark = randomUUID();
  readonly #texts: string[] = [];

  /** @param pattern matches members `"key":value` of objects */
  take(json: string, pattern: RegExp): string {
    return json.replace(pattern, (member: string) => {
      const value = member.indexOf(':') + 1;
      const index = this.#texts.push(member.slice(value)) - 1;
      return `${member.slice(0, value)}"${this.#mark}${index}"`;
    });
  }

  get count(): number {
    return this.#texts.length;
  }

  /** The closed text for which a value stands, else the value. */
  of(value: unknown): unknown {
    if (typeof value !== 'string' || !value.startsWith(this.#mark)) return value;
    return new ClosedText(this.#texts[Number(value.slice(this.#mark.length))]!);
  }
}
