import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
} from 'graphql';
import type { GraphField, Lineage } from './policyGraph.js';

/** A subgraph's name and its Federation 2 SDL, with the directives `@lineage` and `@tests`. */
export interface SubgraphSdl {
  readonly name: string;
  readonly sdl: string;
}

/** What one subgraph defines about one field. */
export interface FieldDefinition extends Omit<GraphField, 'kind' | 'personal'> {
  readonly onInterface: boolean;
  /** Defined by another subgraph (`@external`). */
  readonly external: boolean;
  /** Hidden from the API. */
  readonly inaccessible: boolean;
  /** A part of a `@key` of its type. */
  readonly inKey: boolean;
}

interface SubgraphFields {
  readonly fields: readonly FieldDefinition[];
  readonly implementations: readonly TypeOf[];
  /** Members of unions. */
  readonly members: readonly TypeOf[];
}

/** A type that implements an interface or is a member of a union. */
export interface TypeOf {
  readonly of: string;
  readonly type: string;
}

/** Reads what policies need to know about one subgraph. */
export function readSubgraph({ name, sdl }: SubgraphSdl): SubgraphFields {
  const document = parse(sdl, { noLocation: true });
  const local = federationDirectives(document);
  const types = typesOf(document);
  const fields = types.flatMap((type) => {
    const keys = new Set(
      types
        .filter((part) => part.name.value === type.name.value)
        .flatMap((part) => directives(part, local('key')))
        .flatMap((key) => fieldNames(argument(key, 'fields'))),
    );
    return (type.fields ?? []).map((field): FieldDefinition => {
      const coordinate = `${type.name.value}.${field.name.value}`;
      const has = (directive: string) =>
        [...directives(field, local(directive)), ...directives(type, local(directive))].length > 0;
      return {
        coordinate,
        type: type.name.value,
        name: field.name.value,
        subgraph: name,
        returns: namedType(field.type),
        arguments: argumentsOf(field, coordinate),
        lineage: lineageOf(field),
        requires: directives(field, local('requires'))
          .flatMap((directive) => fieldNames(argument(directive, 'fields')))
          .map((required) => `${type.name.value}.${required}`),
        onInterface: isInterface(type),
        external: has('external'),
        inaccessible: has('inaccessible'),
        inKey: keys.has(field.name.value),
      };
    });
  });
  const implementations = types
    .filter((type) => !isInterface(type))
    .flatMap((type) => (type.interfaces ?? []).map((of) => ({ of: of.name.value, type: type.name.value })));
  const members = document.definitions.flatMap((node) =>
    node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION
      ? (node.types ?? []).map((type) => ({ of: node.name.value, type: type.name.value }))
      : [],
  );
  return { fields, implementations, members };
}

function typesOf(document: DocumentNode) {
  return document.definitions.filter(
    (node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION ||
      node.kind === Kind.OBJECT_TYPE_EXTENSION ||
      node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      node.kind === Kind.INTERFACE_TYPE_EXTENSION,
  );
}

function isInterface(type: { readonly kind: Kind }): boolean {
  return type.kind === Kind.INTERFACE_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_EXTENSION;
}

function argumentsOf(field: FieldDefinitionNode, coordinate: string): GraphField['arguments'] {
  return (field.arguments ?? []).map((input) => ({
    coordinate: `${coordinate}(${input.name.value}:)`,
    tests: textOf(argument(directives(input, 'tests')[0], 'field')),
  }));
}

function lineageOf(field: FieldDefinitionNode): Lineage | undefined {
  const [directive] = directives(field, 'lineage');
  if (!directive) return undefined;
  const list = (name: string) => texts(argument(directive, name));
  return {
    exposes: list('exposes'),
    optional: list('optional'),
    computes: list('computes'),
    aggregates: list('aggregates'),
  };
}

function directives(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): readonly ConstDirectiveNode[] {
  return (node.directives ?? []).filter((directive) => directive.name.value === name);
}

/** The outermost fields of a field set of `@key` or `@requires`. */
function fieldNames(value: ValueNode | undefined): string[] {
  const [operation] = parse(`{ ${textOf(value)} }`, { noLocation: true }).definitions;
  const { selections } = (operation as { selectionSet: SelectionSetNode }).selectionSet;
  return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}

/** A list of texts. GraphQL reads a single text as a list of one. */
function texts(value: ValueNode | undefined): string[] {
  const items = value?.kind === Kind.LIST ? value.values : [value];
  return items.flatMap((item) => textOf(item) ?? []);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

const FEDERATION = /^https:\/\/specs\.apollo\.dev\/federation\/v/;

/**
 * The names that a subgraph uses for the directives of federation, because `@link` may rename them. A gateway
 * that knew only their usual names enforced nothing on renamed ones (CVE-2025-64347). See
 * https://specs.apollo.dev/link/v1.0/.
 */
export function federationDirectives(document: DocumentNode): (name: string) => string {
  const link = document.definitions
    .filter((node) => node.kind === Kind.SCHEMA_EXTENSION || node.kind === Kind.SCHEMA_DEFINITION)
    .flatMap((node) => node.directives ?? [])
    .find(
      (directive) =>
        directive.name.value === 'link' && FEDERATION.test(textOf(argument(directive, 'url')) ?? ''),
    );
  if (!link) return (name) => name;
  const prefix = textOf(argument(link, 'as')) ?? 'federation';
  const imported = new Map(importsOf(argument(link, 'import')));
  return (name) => imported.get(name) ?? `${prefix}__${name}`;
}

/** The value of a directive's argument; undefined if it is not given. */
export function argument(directive: ConstDirectiveNode | undefined, name: string): ValueNode | undefined {
  return directive?.arguments?.find((given) => given.name.value === name)?.value;
}

export function textOf(value: ValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** `["@key", { name: "@requires", as: "@needs" }]` as pairs of the usual and the local name. */
function importsOf(value: ValueNode | undefined): readonly (readonly [string, string])[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((item) => {
    const entry = (key: string) =>
      item.kind === Kind.OBJECT
        ? textOf(item.fields.find((field) => field.name.value === key)?.value)
        : undefined;
    const name = entry('name') ?? textOf(item);
    return name === undefined ? [] : [[bare(name), bare(entry('as') ?? name)] as const];
  });
}

function bare(name: string): string {
  return name.replace(/^@/, '');
}
