import { appendFileSync } from 'node:fs';
import type { EventSink } from '../../schema/securityEvents.js';
import { describeFault } from '../options.js';

/**
 * Writes the security events of this process to a file, readable by its owner only, or to standard error. It
 * opens the file for each line, so that the file can be rotated; there are few lines a minute.
 */
export function securitySink(file: string | undefined, report: (line: string) => void): EventSink {
  if (file === undefined) return report;
  return (line) => {
    try {
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch (fault) {
      report(`security events: ${describeFault(fault)}`);
      report(line);
    }
  };
}
