import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { PolkuError } from '../../schema/polkuError.js';

/** The header in which a caller states why the glass must be broken. */
export const BREAK_GLASS_HEADER = 'polku-break-glass';

const SHORTEST = 10;
const LONGEST = 500;

/**
 * The reason that a caller states for breaking the glass; undefined where none is stated. It opens what a grant under
 * `break-glass` shows and nothing else, stands in the audit record, and is reviewed.
 * @throws PolkuError BAD_REQUEST, IDENTITY_CODE_LITERAL
 */
export function breakGlassReason(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const reason = textOf(header).trim();
  if (reason.length < SHORTEST || reason.length > LONGEST)
    throw new PolkuError(
      'BAD_REQUEST',
      `The header Polku-Break-Glass states the reason in ${SHORTEST} to ${LONGEST} characters.`,
    );
  if (holdsIdentityCode(reason))
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'An identity code must not stand in the header Polku-Break-Glass: the reason is kept in the audit log.',
    );
  return reason;
}

/** Header values arrive as bytes, one a character (RFC 9110 §5.5): clients write letters beyond ASCII in UTF-8 or Latin-1. */
function textOf(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
