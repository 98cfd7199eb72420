import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/**
 * Names that begin with two underscores belong to GraphQL itself (specification §2.1.9) and here to the gateway; as an alias,
 * `__proto__` would name no property but an object's prototype (CVE-2026-32621).
 */
export function reservedAliasRule(context: ValidationContext): ASTVisitor {
  return {
    Field({ alias }) {
      if (!alias?.value.startsWith('__')) return;
      context.reportError(
        new GraphQLError('An alias must not begin with "__", which is reserved.', { nodes: alias }),
      );
    },
  };
}
