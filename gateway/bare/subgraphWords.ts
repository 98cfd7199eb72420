import type { ErrorReader, Fault } from '../execution/program/subgraphError.js';

/** What a subgraph said of its own error; here nobody is kept from reading it. */
class SubgraphFault extends Error implements Fault {
  constructor(
    message: string,
    readonly code: string,
    readonly extensions: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** Passes a subgraph's words on, with its name, as gateways without secrets do. */
export const subgraphWords: ErrorReader = ({ message, extensions }, subgraph) => {
  const code = extensions?.['code'];
  return new SubgraphFault(
    typeof message === 'string' ? message : 'The subgraph tells no reason.',
    typeof code === 'string' ? code : 'DOWNSTREAM_SERVICE_ERROR',
    { ...extensions, service: subgraph },
  );
};
