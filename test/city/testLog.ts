import { describeFault } from '../../cli/options.js';
import type { ServiceLog } from '../../cli/runtime/processLog.js';
import type { LogEvent, LogFields } from '../../lib/log.js';

/** A log that a test reads. */
export class TestLog implements ServiceLog {
  readonly lines: string[] = [];
  readonly entries: ({ readonly event: LogEvent } & LogFields)[] = [];
  readonly faults: unknown[] = [];
  /** Security events, if they have no file of their own. */
  readonly json: string[] = [];

  write(event: LogEvent, message: string, fields: LogFields = {}): void {
    this.lines.push(`${event}: ${message}`);
    this.entries.push({ ...fields, event });
  }

  fault(event: LogEvent, fault: unknown, fields?: LogFields): void {
    this.faults.push(fault);
    const { code } = fault as { code?: unknown };
    this.write(event, describeFault(fault), { ...fields, code });
  }

  writeJson(line: string): void {
    this.json.push(line);
  }

  /** Whether a line has these words. */
  says(words: string): boolean {
    return this.lines.some((line) => line.includes(words));
  }

  async close(): Promise<void> {}
}
