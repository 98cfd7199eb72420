import { join } from 'node:path';
import { types } from 'node:util';
import { InvalidArgumentError, Option } from 'commander';
import { PolkuError } from '../lib/errors.js';
import { packageRoot } from '../lib/packageRoot.js';
import { withoutIdentityCodes } from '../schema/identityCodeText.js';

/** Reads an option that is a whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

// Options that several commands share, so that they read alike everywhere.

export function dataOption(): Option {
  return new Option('--data <folder>', 'where snapshots, linkage and the audit log lie').default('data');
}

/** The policies that come with Polku. */
export const policiesFolder = join(packageRoot(), 'policies');

export function policiesOption(): Option {
  return new Option('--policies <folder>', 'purposes, roles and one policy for each registry').default(
    policiesFolder,
    "Polku's own",
  );
}

export function watchedPoliciesOption(): Option {
  return new Option('--policies <folder>', 'with --dev: the policies, which are watched').default(
    undefined,
    "Polku's own",
  );
}

export function policiesFromOption(): Option {
  return new Option(
    '--policies-from <place>',
    'without --dev: the store of signed policy revisions, a folder',
  ).default(undefined, '<data>/policies');
}

export function ownersOption(): Option {
  return new Option(
    '--owners <file>',
    "whose signatures count: owners' people and their public keys",
  ).default(undefined, "Polku's own");
}

export function secretsOption(): Option {
  return new Option(
    '--secrets <folder>',
    'where secrets lie, a file each, readable by their owner only; made at first use',
  ).default(undefined, '<data>/secrets');
}

export function auditWitnessOption(): Option {
  return new Option(
    '--audit-witness <file>',
    'a file elsewhere, to which checkpoints of the audit log are copied',
  );
}

export function portOption(port: number): Option {
  return new Option('--port <n>', 'port to listen on').argParser(wholeNumber(0, 65_535)).default(port);
}

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

/** Resolves at Ctrl-C or when the process is asked to end; called before it says that it serves, or it may end at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}
