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
 * Names that begin with two underscores are reserved for GraphQL (specification §2.1.9) and, here, for the
 * gateway. As an alias, `__proto__` would name the prototype of an object and not a property
 * (CVE-2026-32621).
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
  /** The errors of the document for this caller. */
  readonly errors: readonly GraphQLError[];
  /** Whether the only error is that it names something that the caller may not see. */
  readonly hidden: boolean;
}

/**
 * Validates a document against the visible schema, so messages and suggestions come from there only. Without
 * concealment, the whole API decides whether an error is only about hidden fields.
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export async function validateOperation(
  document: DocumentNode,
  { visible, api, conceal }: { visible: GraphQLSchema; api: GraphQLSchema; conceal: boolean },
): Promise<Validation> {
  const scheduler = new CooperativeScheduler();
  // First and alone, because other rules quote the value in their errors.
  const codes = validate(visible, document, [identityCodeRule]);
  if (codes.length > 0) return { errors: codes.slice(0, 1), hidden: false };
  if (scheduler.shouldYield) await scheduler.yield();
  const errors = validate(visible, document, rules, { maxErrors: MAX_ERRORS });
  if (scheduler.shouldYield) await scheduler.yield();
  if (isAborted(errors)) throw repetitive();
  const hidden = errors.length > 0 && !conceal && isValid(api, document);
  return { errors, hidden };
}

/** The default of graphql-js. */
const MAX_ERRORS = 100;

/**
 * Whether graphql-js gave up, because comparing the fields of one response key takes too long. Each rule
 * names nodes of the document. Only validation itself reports an error without nodes: here, and when there
 * are too many errors.
 */
function isAborted(errors: readonly GraphQLError[]): boolean {
  return errors.length <= MAX_ERRORS && errors.some(({ nodes }) => nodes === undefined);
}

function repetitive(): PolkuError {
  return new PolkuError(
    'OPERATION_TOO_LARGE',
    'The operation is too large: it repeats the same fields too often. Select each field once.',
    { limit: 'repeated fields' },
  );
}

function isValid(api: GraphQLSchema, document: DocumentNode): boolean {
  return validate(api, document, [identityCodeRule, ...rules], { maxErrors: 1 }).length === 0;
}

/**
 * Refuses identity codes in the text of an operation, because the text is hashed, cached and may be logged:
 * anything of that form in a string or a name, and every literal for an argument of type IdentityCode.
 * Identity codes are sent as variables.
 */
function identityCodeRule(context: ValidationContext): ASTVisitor {
  const report = (node: ValueNode | undefined): void => {
    context.reportError(
      new GraphQLError(
        'An identity code must not be in the text of an operation; send it as a variable: query ($code: IdentityCode!).',
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
