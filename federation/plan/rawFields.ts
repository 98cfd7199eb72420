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
import type { FetchNode } from '../planning/queryPlan.js';
import type { Fetch } from '../supergraph/dataSource.js';
import { dataPlaces } from './dataPlaces.js';
import { keyOf, type PlanGraph, type SelectedField } from './fetchSelection.js';
import type { PlanContext } from './planRun.js';

/** A field of a fetch whose raw JSON goes into the response without being parsed. */
interface RawField {
  /** The path of the object with this field in the data of the subgraph. */
  readonly path: DataPath;
  readonly key: string;
  /** The source of a regular expression that matches only values that the response may have. */
  readonly pattern: string;
}

/**
 * Compiles a reader for the answers of a fetch. A field is passed through as raw JSON where the response
 * needs exactly what the fetch selects: the same keys in the same order, leaves that a pattern can check, no
 * ids to seal, and nothing that another fetch uses. Its text is checked by the pattern, which is much faster
 * than parsing and serialising it. Text that does not match is parsed as usual.
 * @param base the path of the objects of the fetch in the data of the subgraph
 */
export function answerReader(
  fetch: FetchNode,
  fields: readonly SelectedField[],
  base: DataPath,
  context: PlanContext,
): Fetch['read'] {
  // Compiled with the first text: fetches within one process have none.
  let read: Fetch['read'] | undefined;
  return (text) => (read ??= compileReading(fetch, fields, base, context))(text);
}

function compileReading(
  fetch: FetchNode,
  fields: readonly SelectedField[],
  base: DataPath,
  context: PlanContext,
): Fetch['read'] {
  const fieldsFound = rawFields(fetch, fields, base, context);
  if (fieldsFound.length === 0) return JSON.parse;
  const members = fieldsFound.map(({ key, pattern }) => `"${key}":${pattern}`);
  const pattern = new RegExp(members.join('|'), 'g');
  const places = fieldsFound.map(({ path, key }) => ({
    at: dataPlaces(['data', ...path]),
    key,
    read: ownReader(key),
  }));
  return (text) => {
    const texts = new RawJsonPlaceholders();
    const answer: unknown = JSON.parse(texts.replace(text, pattern));
    if (texts.count === 0) return answer;
    // Extensions of an error could hold a member of the same name.
    if (isDataObject(answer) && own(answer, 'errors') !== undefined) return JSON.parse(text);
    for (const { at, key, read } of places)
      for (const object of at.objects(answer)) object[key] = texts.of(read(object));
    return answer;
  };
}

/** Returns the fields that are raw at each place of the fetch with objects of their type. */
function rawFields(
  fetch: FetchNode,
  fields: readonly SelectedField[],
  base: DataPath,
  context: PlanContext,
): readonly RawField[] {
  if (fetch.renamings.length > 0) return [];
  const byType = new Map<string, readonly RawField[]>();
  for (const { path } of fetch.places) {
    const object = objectAt(context.shape, path);
    if (!object) return [];
    const found = rawFieldsAt(object, fetch, fields, base, context);
    const known = byType.get(object.type.name);
    byType.set(object.type.name, known ? found.filter((one) => known.some(isSame(one))) : found);
  }
  return [...byType.values()].flat();
}

function isSame(one: RawField): (other: RawField) => boolean {
  return ({ key, pattern, path }) =>
    key === one.key && pattern === one.pattern && path.join() === one.path.join();
}

function rawFieldsAt(
  object: ObjectShape,
  fetch: FetchNode,
  fields: readonly SelectedField[],
  base: DataPath,
  { touched, required, schema, types }: PlanContext,
): readonly RawField[] {
  const finder = new RawFieldFinder({ schema, types }, required);
  for (const { node, typeCondition = object.type.name } of fields) {
    const isHere = typeCondition === object.type.name;
    const member = isHere ? memberOf(object, keyOf(node)) : undefined;
    finder.find(node, typeCondition, member, base, touched.isTouched(fetch, keyOf(node)));
  }
  return finder.rawFields;
}

/** Finds the raw fields in the selections of one fetch. */
class RawFieldFinder {
  readonly #found: RawField[] = [];
  readonly #keys = new Map<string, number>();
  /**
   * Whether the answer may hold arbitrary JSON. A parsed custom scalar may hold a member with the name of a
   * raw field.
   */
  #mayHoldAnything = false;

  constructor(
    private readonly graph: PlanGraph,
    private readonly required: ReadonlySet<string>,
  ) {}

  /** Returns the fields with a key that is unique in the fetch, so that no other member can match. */
  get rawFields(): readonly RawField[] {
    if (this.#mayHoldAnything) return [];
    return this.#found.filter(({ key }) => this.#keys.get(key) === 1);
  }

  /** @param member the shape that the response needs; undefined where only the plan needs the field */
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
      this.#mayHoldAnything ||=
        !isLeafType(type) || (isCustomScalar(type) && !this.graph.types.isKeyScalar(type.name));
      return;
    }
    const value = member?.kind === 'value' ? member.value : undefined;
    const isFree = value && !touched && !this.required.has(key);
    const pattern = isFree ? rawPattern(value, node.selectionSet) : undefined;
    if (pattern !== undefined) {
      this.#found.push({ path, key, pattern });
      this.#count(node.selectionSet);
      return;
    }
    const inner = value && innermost(value);
    for (const child of node.selectionSet.selections) {
      if (child.kind !== Kind.FIELD) {
        this.#mayHoldAnything = true;
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

/** Returns the shape of the object at a place of the data, if it has only one type. */
function objectAt(shape: ObjectShape, path: DataPath): ObjectShape | undefined {
  let value: ValueShape = { kind: 'object', object: shape, nonNull: true };
  for (const step of path) {
    if (String(step).startsWith('|')) return undefined;
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

/** Returns the innermost item shape of nested lists, with one step for each list. */
function innermost(value: ValueShape): (ValueShape & { readonly steps: readonly string[] }) | undefined {
  const steps: string[] = [];
  let inner = value;
  for (; inner.kind === 'list'; inner = inner.item) steps.push('@');
  return { ...inner, steps };
}

/**
 * Returns the pattern of a value that is selected exactly as the response needs it; undefined where it is
 * not.
 */
function rawPattern(value: ValueShape, selection: SelectionSetNode | undefined): string | undefined {
  const pattern = nonNullPattern(value, selection);
  if (pattern === undefined) return undefined;
  return value.nonNull ? pattern : `(?:${pattern}|null)`;
}

function nonNullPattern(value: ValueShape, selection: SelectionSetNode | undefined): string | undefined {
  switch (value.kind) {
    case 'key':
      return undefined;
    case 'leaf':
      return jsonPattern(value.type);
    case 'list': {
      const item = rawPattern(value.item, selection);
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
        ? rawPattern(member.value, node.selectionSet)
        : member.kind === 'typename'
          ? `"${object.type.name}"`
          : undefined;
    if (pattern === undefined) return undefined;
    patterns.push(`"${member.responseKey}":${pattern}`);
  }
  return `\\{${patterns.join(',')}\\}`;
}

/** State of RawJson.stringify: the raw JSON found so far, and its placeholder. */
interface RawJsonWriting {
  placeholder?: string;
  readonly texts: string[];
}

/**
 * A value of the response as JSON text of a subgraph. The text was checked to be exactly what the response
 * needs, so it is neither parsed nor serialised. JSON.stringify elsewhere yields the same value.
 */
export class RawJson {
  static #writing: RawJsonWriting | undefined;

  constructor(readonly text: string) {}

  toJSON(): unknown {
    const writing = RawJson.#writing;
    if (!writing) return JSON.parse(this.text) as unknown;
    writing.texts.push(this.text);
    return (writing.placeholder ??= randomUUID());
  }

  /** Serialises a value like JSON.stringify and inserts raw JSON unchanged. */
  static stringify(value: unknown): string {
    const writing: RawJsonWriting = { texts: [] };
    let json: string;
    RawJson.#writing = writing;
    try {
      json = JSON.stringify(value);
    } finally {
      RawJson.#writing = undefined;
    }
    if (writing.texts.length === 0) return json;
    // Joins the parts: concatenation would build a deep string tree, which is slow to flatten when it is
    // sent.
    const parts = json.split(`"${writing.placeholder}"`);
    return parts.flatMap((part, index) => [part, writing.texts[index] ?? '']).join('');
  }

  /** Serialises an object and yields to other work between its members. */
  static async stringifyInTurns(object: Readonly<Record<string, unknown>>): Promise<string> {
    const scheduler = new CooperativeScheduler();
    const members: string[] = [];
    for (const [name, value] of Object.entries(object)) {
      if (scheduler.shouldYield) await scheduler.yield();
      members.push(`${JSON.stringify(name)}:${RawJson.stringify(value)}`);
    }
    return `{${members.join(',')}}`;
  }
}

/**
 * Replaces raw JSON by placeholders before the text is parsed. A placeholder is random for each text, and the
 * author of the text cannot know it. So no subgraph and no client can forge one.
 */
class RawJsonPlaceholders {
  readonly #placeholder = randomUUID();
  readonly #texts: string[] = [];

  /** @param pattern matches members `"key":value` of objects */
  replace(json: string, pattern: RegExp): string {
    return json.replace(pattern, (member: string) => {
      const value = member.indexOf(':') + 1;
      const index = this.#texts.push(member.slice(value)) - 1;
      return `${member.slice(0, value)}"${this.#placeholder}${index}"`;
    });
  }

  get count(): number {
    return this.#texts.length;
  }

  /** Returns the raw JSON of a placeholder; any other value is returned as it is. */
  of(value: unknown): unknown {
    if (typeof value !== 'string' || !value.startsWith(this.#placeholder)) return value;
    return new RawJson(this.#texts[Number(value.slice(this.#placeholder.length))]!);
  }
}
