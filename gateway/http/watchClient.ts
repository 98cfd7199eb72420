import type { ServerResponse } from 'node:http';
import { ClientSignal } from '../supergraph/clientSignal.js';

/** Aborted when the client goes before it has its answer. */
export function watchClient(response: ServerResponse): ClientSignal {
  const signal = new ClientSignal();
  response.once('close', () => {
    if (!response.writableFinished) signal.abort();
  });
  return signal;
}
