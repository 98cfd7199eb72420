import { type ConstDirectiveNode, type DocumentNode, Kind, type ValueNode } from 'graphql';

const FEDERATION = /^https:\/\/specs\.apollo\.dev\/federation\/v/;

/**
 * How a subgraph calls the directives of federation, which `@link` may rename: a gateway that knew them by their usual
 * names alone enforced nothing on renamed ones (CVE-2025-64347). See https://specs.apollo.dev/link/v1.0/.
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

/** The value of a directive's argument; undefined where it is not given. */
export function argument(directive: ConstDirectiveNode | undefined, name: string): ValueNode | undefined {
  return directive?.arguments?.find((given) => given.name.value === name)?.value;
}

export function textOf(value: ValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** `["@key", { name: "@requires", as: "@needs" }]` as pairs of usual and local name. */
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
