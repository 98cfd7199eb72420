import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** An operation needs a root to begin from (specification §6.2); the specified rules leave that to execution. */
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
