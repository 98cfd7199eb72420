import { useEffect, useState } from 'react';
import type { Answer, GatewayClient, Question } from './gatewayClient.js';

/** An answer of the gateway, or that there is none yet, or why there will be none. */
export type Asked<Data> =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'answered'; readonly answer: Answer<Data> };

const asking = { state: 'asking' } as const;

/**
 * Asks when it appears, and anew when persona, purpose or question change. It asks in partial mode, for a page shows
 * what may be seen and names what may not.
 * @param question must keep its identity from render to render; undefined asks nothing
 */
export function useAnswer<Data>(client: GatewayClient, question: Question | undefined): Asked<Data> {
  const [asked, setAsked] = useState<{ client: GatewayClient; question: Question; result: Asked<Data> }>();

  useEffect(() => {
    if (!question) return;
    let wanted = true;
    const settle = (result: Asked<Data>): void => {
      if (wanted) setAsked({ client, question, result });
    };
    client.ask<Data>(question, true).then(
      (answer) => settle({ state: 'answered', answer }),
      (reason: unknown) =>
        settle({ state: 'failed', problem: reason instanceof Error ? reason.message : String(reason) }),
    );
    return () => {
      wanted = false;
    };
  }, [client, question]);

  return asked && asked.client === client && asked.question === question ? asked.result : asking;
}
