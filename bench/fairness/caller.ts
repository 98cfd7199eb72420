import { Agent, request } from 'node:http';
import type { Question } from './attacks.js';

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Asks a gateway over connections that are kept open. */
export function caller(
  url: string,
  { token, purpose }: { readonly token: string; readonly purpose: string },
): (question: Question) => Promise<Reply> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'purpose-of-use': purpose,
  };
  return (question) =>
    new Promise((resolve, reject) => {
      const sent = request(new URL('/graphql', url), { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode!, text })).once('error', reject);
      });
      sent.once('error', reject).end(JSON.stringify(question));
    });
}
