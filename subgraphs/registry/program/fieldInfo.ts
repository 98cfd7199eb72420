import type {
  FieldNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
  ResponsePath,
} from 'graphql';
import type { ProgramContext } from './programContext.js';
import type { ProgramRun, Variables } from './programRun.js';

/** A field of a program: what is the same each time it is resolved. */
export interface ProgramField {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly parentType: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
  readonly program: ProgramContext;
}

/** What resolvers are told of their field. Nearly none of them asks, so everything is looked up when it is. */
export class FieldInfo implements GraphQLResolveInfo {
  constructor(
    private readonly field: ProgramField,
    private readonly run: ProgramRun,
    readonly path: ResponsePath,
  ) {}

  get fieldName(): string {
    return this.field.definition.name;
  }

  get fieldNodes(): readonly FieldNode[] {
    return this.field.nodes;
  }

  get returnType(): GraphQLOutputType {
    return this.field.definition.type;
  }

  get parentType(): GraphQLObjectType {
    return this.field.parentType;
  }

  get schema(): GraphQLSchema {
    return this.field.program.schema;
  }

  get fragments(): GraphQLResolveInfo['fragments'] {
    return this.field.program.fragments;
  }

  get rootValue(): undefined {
    return undefined;
  }

  get operation(): OperationDefinitionNode {
    return this.field.program.operation;
  }

  get variableValues(): Variables {
    return this.run.variables;
  }
}
