import {
  type DocumentNode,
  type FieldNode,
  getNullableType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** By which an entity that is a person is known: no client's field has this key unless it is this field (responseKeys.ts). */
export const PERSON_KEY = 'id';

const selected: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: PERSON_KEY } };

/** Whether objects of a type are persons. */
export function isPersonType(type: unknown): boolean {
  if (!isObjectType(type)) return false;
  const field = type.getFields()[PERSON_KEY];
  return field !== undefined && String(getNullableType(field.type)) === 'PersonID';
}

/**
 * Asks for the key of every person whom an operation selects something of, so that the audit record can tell whose data was
 * read. It is for the plan only: the response has what the client asked.
 */
export function selectPersons(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      SelectionSet: {
        leave(node): SelectionSetNode | undefined {
          return isPersonType(typeInfo.getParentType())
            ? { ...node, selections: [...node.selections, selected] }
            : undefined;
        },
      },
    }),
  );
}
