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
const PERSON_KEY = 'id';
/** By which an object that is about a person names them: a member of a family, a step of a path. */
const PERSON_FIELD = 'person';

const selectedKey = field(PERSON_KEY);
const selectedPerson: FieldNode = {
  ...field(PERSON_FIELD),
  selectionSet: { kind: Kind.SELECTION_SET, selections: [selectedKey] },
};

/** Where the key of the person stands whom an object of a type is about; undefined where it is about nobody. */
export function personPathOf(type: unknown): readonly string[] | undefined {
  if (isPersonType(type)) return [PERSON_KEY];
  const person = isObjectType(type) ? type.getFields()[PERSON_FIELD] : undefined;
  // With arguments it is a look-up, as Query.person is.
  const about = person && person.args.length === 0 && isPersonType(person.type);
  return about ? [PERSON_FIELD, PERSON_KEY] : undefined;
}

function isPersonType(type: unknown): boolean {
  if (!isObjectType(type)) return false;
  const key = type.getFields()[PERSON_KEY];
  return key !== undefined && String(getNullableType(key.type)) === 'PersonID';
}

/**
 * Asks for the key of everybody whom an operation selects something of, so that the audit record can tell whose data was
 * read. It is for the plan only: the response has what the client asked.
 */
export function selectPersons(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      SelectionSet: {
        leave(node): SelectionSetNode | undefined {
          const path = personPathOf(typeInfo.getParentType());
          if (!path) return undefined;
          const selected = path[0] === PERSON_KEY ? selectedKey : selectedPerson;
          return { ...node, selections: [...node.selections, selected] };
        },
      },
    }),
  );
}

function field(name: string): FieldNode {
  return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } };
}
