import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { GatewayClient } from './gatewayClient.js';
import { fetchPersonas, type Persona, type PurposeChoice } from './personas.js';

/** Who asks, what for, and how. Lives in memory only: a reload forgets it, and nothing stays in the browser. */
export interface Session {
  readonly personas: readonly Persona[];
  readonly persona: Persona;
  readonly purpose: PurposeChoice;
  /** Another one for every persona and purpose, so that what hangs on it is made anew. */
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
  if (!session) throw new Error('useSession wants a SessionProvider around it.');
  return session;
}

interface SessionProviderProps {
  readonly children: ReactNode;
  /** Shown until the personas are known, with the reason when they cannot be. */
  readonly waiting: (problem: string | undefined) => ReactNode;
}

export function SessionProvider({ children, waiting }: SessionProviderProps) {
  const [personas, setPersonas] = useState<readonly Persona[]>([]);
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
