import type { FieldNode } from 'graphql';

/**
 * Inside, a field that the client aliases or that takes arguments is known by this prefix and its response key. No field
 * of a schema may begin with two underscores (GraphQL §3.2), so what a client asks never takes the place of a key or of
 * an input of `@requires`, and no key of the data is called `__proto__`.
 */
const CLIENT_PREFIX = '__a_';

/** The key that a client's field has inside, in plans and in data. */
export function dataKeyOf({ name, alias }: FieldNode, takesArguments: boolean): string {
  const plain = (!alias || alias.value === name.value) && !takesArguments;
  return plain ? name.value : CLIENT_PREFIX + (alias ?? name).value;
}

/** The key that a client knows for a key of the data. */
export function responseKeyOf(dataKey: string): string {
  return dataKey.startsWith(CLIENT_PREFIX) ? dataKey.slice(CLIENT_PREFIX.length) : dataKey;
}

/** `__schema` and `__type` are answered from the schema that the caller may see and never planned. */
export function isIntrospection(field: FieldNode): boolean {
  return field.name.value === '__schema' || field.name.value === '__type';
}
