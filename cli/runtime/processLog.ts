import { isatty } from 'node:tty';
import { types } from 'node:util';
import { pino } from 'pino';
import { PolkuError } from '../../lib/errors.js';
import { type Log, type LogEvent, logEvents, type LogFields } from '../../lib/log.js';
import { withoutIdentityCodes } from '../../schema/identityCodeText.js';
import type { LogConfiguration } from '../configuration/configuration.js';
import { describeFault, framesOf } from '../options.js';
import { StandardError } from './standardError.js';

interface LogPlace {
  /** The name of this process in every line: `gateway`, or the name of a registry. */
  readonly service: string;
  /** Whether people read the log while it is written: `--dev`, and commands that end. */
  readonly forPeople: boolean;
}

/** The log of a process that serves. */
export interface ServiceLog extends Log {
  /** Writes a line that is JSON already, such as a security event, whatever the level is. */
  writeJson(line: string): void;
  /** Resolves when all lines are written, or after a second if nobody reads them. */
  close(): Promise<void>;
}

/** Details of an error that are Polku's own names and numbers. Others may repeat what a client has sent. */
const SAFE_DETAILS = ['subgraph', 'registry', 'differences', 'sha256', 'secondsAhead', 'revision', 'limit'];
const MAX_FRAMES = 10;
const STANDARD_ERROR = 2;

/** The log of a process, on standard error. */
export class ProcessLog implements ServiceLog {
  readonly #output = new StandardError((lines) =>
    this.write('lines-lost', `${lines} lines of the log could not be written.`, { lines }),
  );
  readonly #logger: pino.Logger;

  constructor({ level, format }: LogConfiguration, { service, forPeople }: LogPlace) {
    const isText = format === undefined ? forPeople || isatty(STANDARD_ERROR) : format === 'text';
    this.#logger = pino(
      {
        level,
        base: { service },
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line) => this.#output.write(isText ? textOf(line) : line) },
    );
  }

  write(event: LogEvent, message: string, fields: LogFields = {}): void {
    this.#logger[logEvents[event].level]({ event, ...fields }, withoutIdentityCodes(message));
  }

  fault(event: LogEvent, fault: unknown, fields: LogFields = {}): void {
    this.write(event, describeFault(fault), { ...fields, ...faultFields(fault) });
  }

  writeJson(line: string): void {
    this.#output.write(`${line}\n`);
  }

  close(): Promise<void> {
    return this.#output.close();
  }
}

function faultFields(fault: unknown): LogFields {
  if (fault instanceof PolkuError) {
    const details = Object.entries(fault.details).filter(([name]) => SAFE_DETAILS.includes(name));
    return { code: fault.code, ...(details.length > 0 && { details: Object.fromEntries(details) }) };
  }
  return types.isNativeError(fault) ? { stack: framesOf(fault).slice(0, MAX_FRAMES) } : {};
}

/** Fields that the text format leaves out, or shows before the others. */
const PLACED = ['time', 'level', 'service', 'event', 'message', 'stack'];

/** A line for people: time of day, level, event, message, then the other fields. */
function textOf(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const { time, level, event, message } = entry;
  const rest = Object.entries(entry)
    .filter(([name]) => !PLACED.includes(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${String(time).slice(11, 19)} ${String(level)} ${String(event)}: ${String(message)}${rest.join('')}\n`;
}
