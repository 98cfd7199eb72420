import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type GatewayAnswer, GatewayClient, type GatewayQuestion } from './gatewayClient.js';

/**
 * User, purpose and mode. They are only in memory: a reload forgets them, and nothing but the encrypted
 * cookie of a login stays in the browser.
 */
interface Session {
  /** The personas to choose from; empty for a user who has logged in. */
  readonly personas: readonly User[];
  readonly user: User;
  readonly purpose: PurposeChoice;
  /** A new client for every user and purpose, so that everything that depends on it is made again. */
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
  /** Shown until the user is known. It receives the ways to log in, or the reason why there is no user. */
  readonly waiting: (logins: readonly Login[] | undefined, problem: string | undefined) => ReactNode;
}

export function SessionProvider({ children, waiting }: SessionProviderProps) {
  const [users, setUsers] = useState<Users>();
  const [problem, setProblem] = useState<string>();
  const [personaId, choosePersona] = useState<string>();
  const [purposeId, choosePurpose] = useState<string>();
  const [partial, setPartial] = useState(false);

  useEffect(() => {
    fetchUsers().then(setUsers, (reason: unknown) =>
      setProblem(reason instanceof Error ? reason.message : 'The gateway cannot be reached.'),
    );
  }, []);

  const personas = users?.personas ?? none;
  const user = users?.user ?? personas.find(({ id }) => id === personaId) ?? personas[0];
  const purpose = user?.purposes.find(({ id }) => id === purposeId) ?? user?.purposes[0];
  const session = useMemo(
    () =>
      user && purpose
        ? { personas, user, purpose, client: new GatewayClient(user.id, purpose.id) }
        : undefined,
    [personas, user, purpose],
  );

  if (!session) return waiting(users?.logins, problem ?? (user && NO_PURPOSE));
  return (
    <SessionContext value={{ ...session, partial, choosePersona, choosePurpose, setPartial }}>
      {children}
    </SessionContext>
  );
}

const NO_PURPOSE =
  'Your login holds no purpose of use, so nothing can be shown. Ask the operators of the service.';

/** A purpose of use that a user holds. */
interface PurposeChoice {
  readonly id: string;
  readonly label: { readonly en: string };
}

interface User {
  /** The persona; undefined for a user who has logged in. */
  readonly id: string | undefined;
  readonly label: { readonly en: string };
  readonly explanation: { readonly en: string };
  /** The organisation that receives the data. */
  readonly recipient: string;
  readonly purposes: readonly PurposeChoice[];
}

/** A way to log in. */
export interface Login {
  readonly name: string;
  readonly label: { readonly en: string };
}

/** Who the user is, or may be. */
interface Users {
  readonly user: User | undefined;
  readonly personas: readonly User[];
  readonly logins: readonly Login[];
}

const none: readonly User[] = [];

/** The user who has logged in, else the ways to log in; with `--dev` the personas. */
async function fetchUsers(): Promise<Users> {
  const { user, logins, personas } = await fetchJson<{
    user: { recipient: string; roles: PurposeChoice[]; purposes: PurposeChoice[] } | null;
    logins: readonly Login[];
    personas: boolean;
  }>('/session');
  if (user) {
    const { recipient, roles, purposes } = user;
    const names = roles.map(({ label }) => label.en).join(', ');
    const known = {
      id: undefined,
      label: { en: names },
      explanation: { en: `You have logged in as ${names}.` },
      recipient,
      purposes,
    };
    return { user: known, personas: none, logins };
  }
  if (!personas) return { user: undefined, personas: none, logins };
  const offered = await fetchJson<{ personas: readonly User[] }>('/dev/personas');
  return { user: undefined, personas: offered.personas, logins };
}

async function fetchJson<Value>(path: string): Promise<Value> {
  const response = await fetch(path);
  if (response.ok) return (await response.json()) as Value;
  throw new Error(
    `The gateway does not say who you are (it answered ${response.status}). Try again in a moment.`,
  );
}

/** Logs out here and at the identity provider. */
export async function logOut(): Promise<void> {
  const response = await fetch('/session/logout', { method: 'POST' });
  const { location } = (await response.json()) as { location: string };
  window.location.assign(location);
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
