import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type GatewayAnswer, GatewayClient, type GatewayQuestion } from './gatewayClient.js';

/**
 * Persona, purpose and mode. They are only in memory: a reload forgets them, and nothing stays in the
 * browser.
 */
interface Session {
  readonly personas: readonly ChosenPersona[];
  readonly persona: ChosenPersona;
  readonly purpose: PurposeChoice;
  /** A new client for every persona and purpose, so that everything that depends on it is made again. */
  readonly client: GatewayClient;
  readonly partial: boolean;
  choosePersona(id: string): void;
  choosePurpose(id: string): void;
  setPartial(partial: boolean): void;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** The session that surrounds a component. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider around it.');
  return session;
}

interface SessionProviderProps {
  readonly children: ReactNode;
  /** Shown until the personas are known. It receives the reason if they cannot be. */
  readonly waiting: (problem: string | undefined) => ReactNode;
}

export function SessionProvider({ children, waiting }: SessionProviderProps) {
  const [personas, setPersonas] = useState<readonly ChosenPersona[]>([]);
  const [problem, setProblem] = useState<string>();
  const [personaId, choosePersona] = useState<string>();
  const [purposeId, choosePurpose] = useState<string>();
  const [partial, setPartial] = useState(false);

  useEffect(() => {
    fetchPersonas().then(setPersonas, (reason: unknown) =>
      setProblem(reason instanceof Error ? reason.message : 'The gateway cannot be reached.'),
    );
  }, []);

  const persona = personas.find(({ id }) => id === personaId) ?? personas[0];
  const purpose = persona?.purposes.find(({ id }) => id === purposeId) ?? persona?.purposes[0];
  const session = useMemo(
    () =>
      persona && purpose
        ? { personas, persona, purpose, client: new GatewayClient(persona.id, purpose.id) }
        : undefined,
    [personas, persona, purpose],
  );

  if (!session) return waiting(problem);
  return (
    <SessionContext value={{ ...session, partial, choosePersona, choosePurpose, setPartial }}>
      {children}
    </SessionContext>
  );
}

/** A purpose of use that a persona's token carries. */
interface PurposeChoice {
  readonly id: string;
  readonly label: string;
}

/** A synthetic user. The local issuer gives tokens for it. */
interface ChosenPersona {
  readonly id: string;
  readonly label: string;
  readonly explanation: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  readonly purposes: readonly PurposeChoice[];
}

/** The personas to choose from. Only a gateway with `--dev` serves them. */
async function fetchPersonas(): Promise<readonly ChosenPersona[]> {
  const response = await fetch('/dev/personas');
  if (!response.ok) {
    throw new Error(
      `The gateway offers no personas (it answered ${response.status}). The console needs one started with --dev.`,
    );
  }
  const { personas } = (await response.json()) as { personas: readonly ChosenPersona[] };
  return personas;
}

/** The state of a request: waiting, failed with a reason, or answered. */
type Asked<Data> =
  | { readonly state: 'asking' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'answered'; readonly answer: GatewayAnswer<Data> };

const asking = { state: 'asking' } as const;

/**
 * Asks when the component appears, and again when persona, purpose or question change. It asks in partial
 * mode, because a page shows what the user may see and names what is withheld.
 * @param question must be the same object in every render; undefined asks nothing
 */
export function useAnswer<Data>(client: GatewayClient, question: GatewayQuestion | undefined): Asked<Data> {
  const [asked, setAsked] = useState<{
    client: GatewayClient;
    question: GatewayQuestion;
    result: Asked<Data>;
  }>();

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
