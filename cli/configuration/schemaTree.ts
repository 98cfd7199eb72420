import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../lib/packageRoot.js';

/** A part of schema/polku.schema.json, with references resolved where it is read. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** A key of the configuration. A name in brackets stands for any name. */
export interface ConfigurationKey {
  readonly path: readonly string[];
  readonly node: SchemaNode;
}

/** The JSON Schema of polku.yaml, which says which keys there are, what they mean, and their defaults. */
const configurationSchema = JSON.parse(
  readFileSync(join(packageRoot(), 'schema', 'polku.schema.json'), 'utf8'),
) as SchemaNode;

/** All keys that have a value of their own: texts, numbers, switches and lists. */
export const configurationKeys: readonly ConfigurationKey[] = [...keysBelow(configurationSchema, [])];

/** The variable of the environment that sets a key: POLKU_ and its path in capitals. */
export function variableOf(path: readonly string[]): string {
  return `POLKU_${path.map((name) => name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('-', '_')).join('_')}`.toUpperCase();
}

/**
 * The key that a variable of the environment sets, with the name of an entry where the key has one; undefined
 * if there is no such key.
 */
export function keyOfVariable(variable: string): ConfigurationKey | undefined {
  for (const { path, node } of configurationKeys) {
    const form = new RegExp(`^${variableOf(path).replace(/<\w+>/i, '([A-Z0-9_]+)')}$`);
    const match = form.exec(variable);
    if (!match) continue;
    const entry = match[1]?.toLowerCase().replaceAll('_', '-');
    return { path: path.map((name) => (name.startsWith('<') ? entry! : name)), node };
  }
  return undefined;
}

/** The part of the schema for a value; undefined if the schema has none. */
export function nodeAt(path: readonly (string | number)[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = configurationSchema;
  for (const key of path) {
    const { properties, additionalProperties, items }: SchemaNode = resolved(node);
    node = typeof key === 'number' ? items : (properties?.[key] ?? (additionalProperties || undefined));
    if (!node) return undefined;
  }
  return resolved(node);
}

function* keysBelow(unresolved: SchemaNode, path: readonly string[]): Iterable<ConfigurationKey> {
  const node = resolved(unresolved);
  if (node.type !== 'object') return yield { path, node };
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* keysBelow(child, [...path, name]);
  if (node.additionalProperties) yield* keysBelow(node.additionalProperties, [...path, '<name>']);
}

/** A node with what its reference says; its own description comes first. */
function resolved(node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  return { ...configurationSchema.$defs![node.$ref.replace('#/$defs/', '')], ...node };
}
