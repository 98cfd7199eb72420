import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** An operation needs a root type (specification §6.2). The specified rules leave this check to execution. */
export function rootTypeRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(
        new GraphQLError(`There is nothing here for a ${node.operation} to begin from.`, { nodes: node }),
      );
    },
  };
}

/** All validation errors of an operation, so that a client can fix them together. */
export class InvalidOperation extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('The operation does not fit the schema.');
    this.errors = errors.map(({ message, nodes, extensions }) => {
      const code = extensions['code'] ?? 'GRAPHQL_VALIDATION_FAILED';
      return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code } });
    });
  }
}
