import { types } from 'node:util';
import { withoutIdentityCodes } from '../../schema/identityCodeText.js';
import { PolkuError } from '../../schema/polkuError.js';

/**
 * An error as a log may hold it: codes and places, never what a request or a source carried. Of an error that is not Polku's
 * own nothing is repeated but its class and where it was thrown: a database quotes rows.
 */
export function describeFault(error: unknown): string {
  if (error instanceof PolkuError) return withoutIdentityCodes(`${error.code}: ${error.message}`);
  if (!types.isNativeError(error)) return 'unknown fault';
  return `${/^[A-Za-z]+$/.test(error.name) ? error.name : 'Error'} ${placeOf(error)}`;
}

const STACK_HEADER = /^[\w$]+(?: \[\w+\])?(?:: |(?=\n))/;

/** Where an error was thrown. Its message stands before the frames of the stack, and lines of it may look like one. */
function placeOf({ message, stack = '' }: Error): string {
  const header = `${STACK_HEADER.exec(stack)?.[0] ?? ''}${message}\n`;
  const frames = stack.startsWith(header) ? stack.slice(header.length).split('\n') : [];
  return frames.find((line) => line.startsWith('    at '))?.trim() ?? 'at an unknown place';
}
