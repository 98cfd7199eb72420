import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  specifiedRules,
  validate,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
} from 'graphql';
import { rootTypeRule } from '../../federation/execution/validation.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { isIdentityCode } from './lookups.js';

/**
 * Names that begin with two underscores belong to GraphQL itself (specification §2.1.9) and here to the gateway; as an alias,
 * `__proto__` would name no property but an object's prototype (CVE-2026-32621).
 */
function reservedAliasRule(context: ValidationContext): ASTVisitor {
  return {
    Field({ alias }) {
      if (!alias?.value.startsWith('__')) return;
      context.reportError(
        new GraphQLError('An alias must not begin with "__", which is reserved.', { nodes: alias }),
      );
    },
  };
}

const rules: readonly ValidationRule[] = [...specifiedRules, reservedAliasRule, rootTypeRule];

interface Validation {
  /** What is wrong with the document for this caller. */
  readonly errors: readonly GraphQLError[];
  /** Whether that is only because it names what the caller may not see. */
  readonly hidden: boolean;
}

/**
 * Validates a document against what the caller may see: messages and suggestions come from there alone. Only where hidden
 * fields need not be concealed is the whole API asked whether it knows what the caller does not see.
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export async function validateOperation(
  document: DocumentNode,
  { visible, api, conceal }: { visible: GraphQLSchema; api: GraphQLSchema; conceal: boolean },
): Promise<Validation> {
  const scheduler = new CooperativeScheduler();
  // First and alone, for other rules would quote the value that they object to.
  const codes = validate(visible, document, [identityCodeRule]);
  if (codes.length > 0) return { errors: codes.slice(0, 1), hidden: false };
  if (scheduler.shouldYield) await scheduler.yield();
  const errors = validate(visible, document, rules, { maxErrors: MAX_ERRORS });
  if (scheduler.shouldYield) await scheduler.yield();
  if (isAborted(errors)) throw repetitive();
  const hidden = errors.length > 0 && !conceal && isValid(api, document);
  return { errors, hidden };
}

/** As many as graphql-js reports by default. */
const MAX_ERRORS = 100;

/**
 * Whether graphql-js gave up because comparing the fields of one response key takes too long. Each rule names nodes of the document;
 * only validation itself reports an error without one, here and when there are too many errors.
 */
function isAborted(errors: readonly GraphQLError[]): boolean {
  return errors.length <= MAX_ERRORS && errors.some(({ nodes }) => nodes === undefined);
}

function repetitive(): PolkuError {
  return new PolkuError(
    'OPERATION_TOO_LARGE',
    'The operation is too large: it selects the same fields again and again. Select each once.',
    { limit: 'repeated fields' },
  );
}

function isValid(api: GraphQLSchema, document: DocumentNode): boolean {
  return validate(api, document, [identityCodeRule, ...rules], { maxErrors: 1 }).length === 0;
}

/**
 * An identity code is sent as a variable: the text of an operation is hashed, cached and may be logged. Refuses anything
 * of that form in a string or a name, and every literal for an argument of type IdentityCode.
 */
function identityCodeRule(context: ValidationContext): ASTVisitor {
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
          if (holdsIdentityCode(node.value) || expectsIdentityCode(context)) report(node);
          return;
        case Kind.INT:
        case Kind.FLOAT:
        case Kind.BOOLEAN:
        case Kind.ENUM:
        case Kind.OBJECT:
          if (expectsIdentityCode(context)) report(node);
      }
    },
  };
}

function expectsIdentityCode(context: ValidationContext): boolean {
  return isIdentityCode(context.getInputType());
}
