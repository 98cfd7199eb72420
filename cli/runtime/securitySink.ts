import { appendFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type EventSink, SecurityEvents } from '../../schema/securityEvents.js';
import { configurationOf } from '../configuration/keyOption.js';
import { ProcessLog, type ServiceLog } from './processLog.js';

/**
 * Writes the security events of this process to a file, readable by its owner only, or to standard error. It
 * opens the file for each line, so that the file can be rotated; there are few lines a minute.
 */
export function securitySink(file: string | undefined, log: ServiceLog): EventSink {
  if (file === undefined) return (line) => log.writeJson(line);
  return (line) => {
    try {
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch (fault) {
      log.fault('security-events-failed', fault);
      log.writeJson(line);
    }
  };
}

/** The security events of a command that ends. They are written if the configuration names their file. */
export function commandEvents(command: Command): SecurityEvents {
  const { log } = configurationOf(command);
  const file = log.securityEvents;
  const sink =
    file === undefined
      ? () => {}
      : securitySink(file, new ProcessLog(log, { service: 'command', forPeople: true }));
  return new SecurityEvents({ service: 'command', sink });
}
