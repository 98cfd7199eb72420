import {
  type DocumentNode,
  type GraphQLSchema,
  isNonNullType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * The variables of an operation that stand where null is not allowed. One with a default may have a type that allows null there
 * (AllowedVariableUsage, GraphQL §5.8.5); null as its value is an error then (§6.4.1, CoerceArgumentValues).
 * @param document one valid operation with its fragments
 */
export function nonNullVariables(document: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition: () => false,
      Variable({ name }) {
        if (isNonNullType(typeInfo.getInputType())) names.add(name.value);
      },
    }),
  );
  return names;
}
