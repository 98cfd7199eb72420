import type { IncomingMessage } from 'node:http';
import { PolkuError } from '../../schema/polkuError.js';
import { isJson } from './mediaType.js';

/** Headers that a page of another site cannot send before the server has allowed it (CORS preflight). */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/**
 * Refuses what a page of another site could send without asking. By POST the required type, JSON, rules that out; by GET the client
 * sends one of the headers that Apollo clients send.
 * @throws PolkuError BAD_REQUEST
 */
export function refuseOtherSites({ method, headers }: IncomingMessage): void {
  if (method !== 'GET' || isJson(headers['content-type'])) return;
  if (PREFLIGHT_HEADERS.some((name) => headers[name])) return;
  throw new PolkuError(
    'BAD_REQUEST',
    'By GET, send the header "Apollo-Require-Preflight: true": a page of another site cannot send it (CSRF).',
  );
}
