import { join } from 'node:path';
import { types } from 'node:util';
import { InvalidArgumentError, Option } from 'commander';
import { PolkuError } from '../lib/errors.js';
import { packageRoot } from '../lib/packageRoot.js';
import { withoutIdentityCodes } from '../schema/identityCodeText.js';
import { KeyOption } from './configuration/keyOption.js';

/** Parses an option that is a whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

// Options that several commands share, so that they are described in the same way everywhere.

export function dataOption(): Option {
  return new KeyOption(
    '--data <folder>',
    'the folder of snapshots, linkage and the audit log',
    'data',
  ).default('data');
}

/** The policies that come with Polku. */
export const policiesFolder = join(packageRoot(), 'policies');

export function policiesOption(): Option {
  return new Option(
    '--policies <folder>',
    'the folder of policies: purposes, roles and one policy per registry',
  ).default(policiesFolder, "Polku's own");
}

export function operationsOption(): Option {
  return new Option('--operations <folder>', 'the stored operations, with a folder for each app').default(
    join(policiesFolder, 'operations'),
  );
}

export function watchedPoliciesOption(): Option {
  return new KeyOption(
    '--policies <folder>',
    'with --dev: the folder of policies, which is watched for changes',
    'policies.folder',
  ).default(undefined, "Polku's own");
}

export function policiesFromOption(): Option {
  return new KeyOption(
    '--policies-from <place>',
    'without --dev: the folder of signed policy revisions',
    'policies.from',
  ).default(undefined, '<data>/policies');
}

export function ownersOption(): Option {
  return new KeyOption(
    '--owners <file>',
    'the file with the people of each data owner and their public keys; only their signatures count',
    'owners',
  ).default(undefined, "Polku's own");
}

export function secretsOption(): Option {
  return new KeyOption(
    '--secrets <folder>',
    'the folder of secrets; created at first use, readable by its owner only',
    'secrets',
  ).default(undefined, '<data>/secrets');
}

export function auditWitnessOption(): Option {
  return new KeyOption(
    '--audit-witness <file>',
    'a file on another disk or machine that gets a copy of the audit log checkpoints',
    'audit.witness',
  );
}

export function portOption(port: number): Option {
  return new Option('--port <n>', 'the port to listen on').argParser(wholeNumber(0, 65_535)).default(port);
}

/**
 * An error in the form that a log may have: codes and places, never the content of a request or a source. Of
 * other errors than Polku's own, only the class and the place appear, because a database quotes rows in its
 * messages.
 */
export function describeFault(error: unknown): string {
  if (error instanceof PolkuError) return withoutIdentityCodes(`${error.code}: ${error.message}`);
  if (!types.isNativeError(error)) return 'unknown fault';
  const [place = 'at an unknown place'] = framesOf(error);
  return `${/^[A-Za-z]+$/.test(error.name) ? error.name : 'Error'} ${place}`;
}

const STACK_HEADER = /^[\w$]+(?: \[\w+\])?(?:: |(?=\n))/;

/**
 * Where an error was thrown, innermost first. The message comes before the stack frames, and its lines may
 * look like frames.
 */
export function framesOf({ message, stack = '' }: Error): readonly string[] {
  const header = `${STACK_HEADER.exec(stack)?.[0] ?? ''}${message}\n`;
  const frames = stack.startsWith(header) ? stack.slice(header.length).split('\n') : [];
  return frames.filter((line) => line.startsWith('    at ')).map((line) => line.trim());
}

/**
 * Resolves at Ctrl-C or SIGTERM. Call it before the process says that it serves: an early signal would end
 * the process.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}

/**
 * Aborts at Ctrl-C or SIGTERM, so that a command can remove what it has begun. A second signal ends the
 * process at once.
 */
export function abortedBySignal(): AbortSignal {
  const abort = new AbortController();
  const interrupt = () =>
    abort.abort(new PolkuError('INTERRUPTED', 'The command was interrupted. It left nothing behind.'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  return abort.signal;
}
