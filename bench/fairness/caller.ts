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
  const ask = (question: Question): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const sent = request(new URL('/graphql', url), { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode!, text })).once('error', reject);
      });
      // The gateway may close an idle connection just when it is used again.
      const again = (error: NodeJS.ErrnoException) =>
        sent.reusedSocket && error.code === 'ECONNRESET' ? resolve(ask(question)) : reject(error);
      sent.once('error', again).end(JSON.stringify(question));
    });
  return ask;
}
