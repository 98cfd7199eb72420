import { GraphQLScalarType } from 'graphql';
import { PolkuError } from '../polkuError.js';

/** A code has eleven characters; blanks around it are forgiven. */
const LONGEST_TEXT = 16;

/** Its form is checked by linkage, the only zone that may read it. */
export const IdentityCodeScalar = new GraphQLScalarType<string, string>({
  name: 'IdentityCode',
  description: 'A Finnish personal identity code. It is sent as a variable, never written into an operation.',
  serialize: () => {
    throw new PolkuError('INTERNAL_SERVER_ERROR', 'An identity code never leaves.');
  },
  // What is no text is no code either, and linkage says so: an error thrown here would be reworded to quote the value.
  parseValue: (value) => (typeof value === 'string' && value.length <= LONGEST_TEXT ? value : ''),
  parseLiteral: () => {
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'Send the identity code as a variable: $code: IdentityCode!.',
    );
  },
});
