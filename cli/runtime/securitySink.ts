import { appendFileSync } from 'node:fs';
import type { EventSink } from '../../schema/securityEvents.js';
import { describeFault } from '../options.js';

/**
 * Where the security events of this process go: a file, readable by its owner only, or standard error. The file is opened for each
 * line, so that it can be rotated; few lines come a minute.
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
