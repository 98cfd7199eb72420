import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A field to plan: of the client, of a key or of a requirement. */
export interface PlanField {
  /** Its key in the data. */
  readonly key: string;
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
  /** Its arguments as text; empty if it has none. */
  readonly argumentText: string;
  readonly selection: FieldSelection | undefined;
}

/** The fields of one type in a selection. */
export interface TypeSelection {
  readonly fields: readonly PlanField[];
  readonly selectsTypename: boolean;
}

let selections = 0;

/** What is selected of one value, by the type of the value when it is known. Immutable. */
export abstract class FieldSelection {
  readonly id = selections++;
  readonly #types = new Map<string, TypeSelection>();

  of(type: string): TypeSelection {
    let found = this.#types.get(type);
    if (!found) this.#types.set(type, (found = this.collect(type)));
    return found;
  }

  protected abstract collect(type: string): TypeSelection;
}

/** A selection by its parts: what remains of another one. */
export class PartialSelection extends FieldSelection {
  constructor(private readonly parts: ReadonlyMap<string, readonly PlanField[]>) {
    super();
  }

  protected collect(type: string): TypeSelection {
    return { fields: this.parts.get(type) ?? [], selectsTypename: false };
  }
}

/** Parts of one selection, joined. */
export class JoinedSelection extends FieldSelection {
  constructor(private readonly parts: readonly FieldSelection[]) {
    super();
  }

  protected collect(type: string): TypeSelection {
    const fields = new Map<string, PlanField>();
    for (const field of this.parts.flatMap((part) => part.of(type).fields)) {
      const known = fields.get(field.key);
      const isDivided = known?.selection && field.selection && known.selection !== field.selection;
      const selection = isDivided ? new JoinedSelection([known.selection, field.selection]) : field.selection;
      fields.set(field.key, { ...field, selection });
    }
    return {
      fields: [...fields.values()],
      selectsTypename: this.parts.some((part) => part.of(type).selectsTypename),
    };
  }
}

/** What decides which selections of a document apply. */
export interface SelectionScope {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables of `@skip` and `@include`. */
  readonly conditions: Readonly<Record<string, unknown>>;
  /** Whether every object of a type satisfies a type condition. */
  isOf(type: string, condition: string): boolean;
  /** The key in the data of a field. */
  keyOf(field: FieldNode): string;
}

/** Selection sets of a document that are merged (GraphQL 5.3.2, 6.3.2). Conditions are evaluated. */
export class DocumentSelection extends FieldSelection {
  constructor(
    private readonly sets: readonly SelectionSetNode[],
    private readonly reader: SelectionReader,
  ) {
    super();
  }

  protected collect(type: string): TypeSelection {
    return this.reader.collect(this.sets, type);
  }
}

/** Reads the selections of one document. Equal lists of selection sets become the same selection. */
export class SelectionReader {
  readonly #ids = new Map<SelectionSetNode, number>();
  readonly #known = new Map<string, FieldSelection>();
  readonly #fields = new Map<FieldNode, string>();

  constructor(private readonly scope: SelectionScope) {}

  read(sets: readonly SelectionSetNode[]): FieldSelection {
    const key = sets.map((set) => this.#idOf(set)).join();
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = new DocumentSelection(sets, this)));
    return known;
  }

  /** CollectFields (GraphQL 6.3.2). */
  collect(sets: readonly SelectionSetNode[], type: string): TypeSelection {
    const nodes = new Map<string, [FieldNode, ...FieldNode[]]>();
    const spread = new Set<string>();
    let selectsTypename = false;
    const visit = (selections: readonly SelectionNode[]): void => {
      for (const node of selections) {
        if (!this.#isIncluded(node)) continue;
        if (node.kind === Kind.FIELD) {
          // The type name comes with the objects, and the gateway itself answers introspection.
          if (node.name.value.startsWith('__')) {
            selectsTypename = true;
            continue;
          }
          const key = this.scope.keyOf(node);
          const known = nodes.get(key);
          if (known) known.push(node);
          else nodes.set(key, [node]);
          continue;
        }
        if (node.kind === Kind.FRAGMENT_SPREAD) {
          if (spread.has(node.name.value)) continue;
          spread.add(node.name.value);
        }
        const fragment =
          node.kind === Kind.FRAGMENT_SPREAD ? this.scope.fragments.get(node.name.value)! : node;
        const condition = fragment.typeCondition?.name.value;
        if (condition === undefined || this.scope.isOf(type, condition))
          visit(fragment.selectionSet.selections);
      }
    };
    for (const set of sets) visit(set.selections);
    const fields = [...nodes].map(([key, same]): PlanField => {
      const [node] = same;
      const below = same.flatMap(({ selectionSet }) => selectionSet ?? []);
      return {
        key,
        name: node.name.value,
        arguments: node.arguments ?? [],
        argumentText: this.#argumentText(node),
        selection: below.length > 0 ? this.read(below) : undefined,
      };
    });
    return { fields, selectsTypename };
  }

  #idOf(set: SelectionSetNode): number {
    let id = this.#ids.get(set);
    if (id === undefined) this.#ids.set(set, (id = this.#ids.size));
    return id;
  }

  #argumentText(node: FieldNode): string {
    let text = this.#fields.get(node);
    if (text === undefined) this.#fields.set(node, (text = argumentTextOf(node)));
    return text;
  }

  #isIncluded(node: SelectionNode): boolean {
    if (!node.directives?.length) return true;
    const { conditions } = this.scope;
    return (
      getDirectiveValues(GraphQLSkipDirective, node, conditions)?.['if'] !== true &&
      getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.['if'] !== false
    );
  }
}

export function argumentTextOf({ arguments: given }: FieldNode): string {
  return given?.length ? `(${given.map((argument) => print(argument)).join(',')})` : '';
}
