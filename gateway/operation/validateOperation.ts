import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import { Turns } from '../../schema/turns.js';
import { identityCodeRule } from './identityCodeRule.js';
import { reservedAliasRule } from './reservedAliasRule.js';
import { rootTypeRule } from './rootTypeRule.js';

const rules: readonly ValidationRule[] = [...specifiedRules, reservedAliasRule, rootTypeRule];

/** Everything that is wrong with an operation, for it to be mended at once. */
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

export interface Validation {
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
  const turns = new Turns();
  // First and alone, for other rules would quote the value that they object to.
  const codes = validate(visible, document, [identityCodeRule]);
  if (codes.length > 0) return { errors: codes.slice(0, 1), hidden: false };
  if (turns.over) await turns.next();
  const errors = validate(visible, document, rules);
  if (turns.over) await turns.next();
  if (errors.some(({ message }) => message === ABORTED)) throw repetitive();
  const hidden = errors.length > 0 && !conceal && isValid(api, document);
  return { errors, hidden };
}

/** What graphql-js says where comparing fields of one response key takes too long. */
const ABORTED = 'Validation aborted.';

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
