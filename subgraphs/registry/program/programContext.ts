import type {
  FragmentDefinitionNode,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import type { ObjectProgram } from './compileObject.js';
import type { Variables } from './programRun.js';

/** What the parts of a program are compiled by. */
export interface ProgramContext {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Values of the variables that `@skip` and `@include` ask for: a program is compiled for these and no others. */
  readonly conditions: Variables;
  /** Compiles what is selected of an object within. */
  readonly within: (type: GraphQLObjectType, selections: readonly SelectionSetNode[]) => ObjectProgram;
}
