import type { ServerResponse } from 'node:http';
import type { ErrorCode } from './errors.js';
import type { Log } from './log.js';

/** What the log says about a request: never a URL, a header, a variable or who asks. */
export interface RequestLine {
  readonly method?: string | undefined;
  /** The name of the route. */
  readonly route: string;
  /** By default, the status says it. */
  readonly outcome?: string | undefined;
  readonly codes: readonly ErrorCode[];
  readonly purpose: string | undefined;
  readonly decisionId: string | undefined;
}

/**
 * Writes the line of a request that was answered, or whose client has disconnected.
 * @param response which has closed
 * @param began when the request arrived, by `performance.now()`
 */
export function writeRequestLine(
  log: Log,
  response: ServerResponse,
  began: number,
  { method, route, outcome, codes, purpose, decisionId }: RequestLine,
): void {
  const status = response.headersSent ? response.statusCode : undefined;
  const end = response.writableFinished ? (outcome ?? outcomeOfStatus(status!)) : 'abandoned';
  log.write('request', `${method === undefined ? '' : `${method} `}${route} ${end}`, {
    method,
    route,
    status,
    outcome: end,
    codes: codes.length > 0 ? [...new Set(codes)] : undefined,
    purpose,
    milliseconds: Math.round((performance.now() - began) * 10) / 10,
    decisionId,
  });
}

function outcomeOfStatus(status: number): string {
  if (status < 400) return 'answered';
  return status < 500 ? 'refused' : 'failed';
}
