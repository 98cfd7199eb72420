import { appendFileSync } from 'node:fs';
import type { EventSink } from '../../schema/securityEvents.js';
import type { ServiceLog } from './processLog.js';

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
