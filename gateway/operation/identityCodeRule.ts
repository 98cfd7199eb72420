import {
  type ASTVisitor,
  GraphQLError,
  getNamedType,
  Kind,
  type ValidationContext,
  type ValueNode,
} from 'graphql';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';

/**
 * An identity code is sent as a variable: the text of an operation is hashed, cached and may be logged. Refuses anything
 * of that form in a string or a name, and every literal for an argument of type IdentityCode.
 */
export function identityCodeRule(context: ValidationContext): ASTVisitor {
  const report = (node: ValueNode | undefined): void => {
    context.reportError(
      new GraphQLError(
        'An identity code must not stand in the text of an operation; send it as a variable: query ($code: IdentityCode!).',
        { nodes: node ?? null, extensions: { code: 'IDENTITY_CODE_LITERAL' } },
      ),
    );
  };
  return {
    enter(node) {
      switch (node.kind) {
        case Kind.NAME:
          if (holdsIdentityCode(node.value)) report(undefined);
          return;
        case Kind.STRING:
          if (holdsIdentityCode(node.value) || takesIdentityCode(context)) report(node);
          return;
        case Kind.INT:
        case Kind.FLOAT:
        case Kind.BOOLEAN:
        case Kind.ENUM:
        case Kind.OBJECT:
          if (takesIdentityCode(context)) report(node);
      }
    },
  };
}

function takesIdentityCode(context: ValidationContext): boolean {
  return getNamedType(context.getInputType())?.name === 'IdentityCode';
}
