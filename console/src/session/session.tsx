import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { GatewayClient } from './gatewayClient.js';
import { fetchUsers, type Labelled, type User, type Users } from './users.js';

/**
 * User and purpose. They are only in memory: a reload forgets them, and nothing but the encrypted cookie of a
 * login stays in the browser.
 */
interface Session {
  /** The personas to choose from; empty for a user who has logged in. */
  readonly personas: readonly User[];
  readonly user: User;
  readonly purpose: Labelled;
  /** A new client for every user and purpose, so that everything that depends on it is made again. */
  readonly client: GatewayClient;
  choosePersona(id: string): void;
  choosePurpose(id: string): void;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** The session that surrounds a component. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider around it.');
  return session;
}

/** Why there is no session yet. */
export interface NoSession {
  /** undefined: the gateway has not answered yet. */
  readonly users: Users | undefined;
  /** What went wrong, as `session:problem.<kind>` names it. */
  readonly problem: unknown;
  retry(): void;
}

interface SessionProviderProps {
  readonly children: ReactNode;
  /** Shown until the user is known. */
  readonly waiting: (noSession: NoSession) => ReactNode;
}

export function SessionProvider({ children, waiting }: SessionProviderProps) {
  const [answers] = useState(createAnswers);
  const [users, setUsers] = useState<Users>();
  const [problem, setProblem] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  const [personaId, choosePersona] = useState<string>();
  const [purposeId, choosePurpose] = useState<string>();

  useEffect(() => {
    setProblem(undefined);
    fetchUsers().then(setUsers, setProblem);
  }, [attempt]);

  const personas = users?.personas ?? none;
  const user = users?.user ?? personas.find(({ persona }) => persona === personaId) ?? personas[0];
  const purpose = user?.purposes.find(({ id }) => id === purposeId) ?? user?.purposes[0];
  const session = useMemo(
    () =>
      user &&
      purpose && {
        personas,
        user,
        purpose,
        client: new GatewayClient(user.persona, purpose.id),
      },
    [personas, user, purpose],
  );

  // The answers of one user and purpose are of no use to another. Their keys keep them apart, too.
  useEffect(() => {
    if (!session) return;
    const { persona, purpose: of } = session.client;
    answers.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== persona || queryKey[1] !== of });
  }, [answers, session]);

  if (!session) return waiting({ users, problem, retry: () => setAttempt((count) => count + 1) });
  return (
    <QueryClientProvider client={answers}>
      <SessionContext value={{ ...session, choosePersona, choosePurpose }}>{children}</SessionContext>
    </QueryClientProvider>
  );
}

const none: readonly User[] = [];

/**
 * Keeps answers in memory. Each question is a decision in the audit log of the gateway, so none is asked
 * again unless the user wants it.
 */
function createAnswers(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
