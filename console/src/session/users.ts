import type { LabelTexts } from '../texts/languages.js';
import { NoAnswer, reach } from './gatewayClient.js';

/** Something with an id and a name in every language: a role or a purpose of use. */
export interface Labelled {
  readonly id: string;
  readonly label: LabelTexts;
}

export interface User {
  /** The persona; undefined for a user who has logged in. */
  readonly persona: string | undefined;
  /** The name of a persona; a user who has logged in is known by their roles. */
  readonly label: LabelTexts | undefined;
  readonly explanation: LabelTexts | undefined;
  /** Id of the organisation that receives the data. */
  readonly recipient: string;
  readonly recipientLabel: LabelTexts | undefined;
  readonly roles: readonly Labelled[];
  readonly purposes: readonly Labelled[];
}

/** A way to log in. */
export interface Login {
  readonly name: string;
  readonly label: LabelTexts;
}

/** Who the user is, or may be. */
export interface Users {
  readonly user: User | undefined;
  /** With `--dev` only. */
  readonly personas: readonly User[];
  readonly logins: readonly Login[];
}

/** What GET /session and GET /dev/personas say of a user. */
interface DescribedUser {
  readonly recipient: string;
  readonly recipientLabel?: LabelTexts;
  readonly roles: readonly Labelled[];
  readonly purposes: readonly Labelled[];
}

interface DescribedPersona extends DescribedUser {
  readonly id: string;
  readonly label: LabelTexts;
  readonly explanation: LabelTexts;
}

/**
 * The user who has logged in, else the ways to log in; with `--dev` the personas.
 * @throws NoAnswer
 */
export async function fetchUsers(): Promise<Users> {
  const { user, logins, personas } = await fetchJson<{
    user: DescribedUser | null;
    logins: readonly Login[];
    personas: boolean;
  }>('/session');
  if (user) {
    const known = { persona: undefined, label: undefined, explanation: undefined, ...fieldsOf(user) };
    return { user: known, personas: [], logins };
  }
  if (!personas) return { user: undefined, personas: [], logins };
  const offered = await fetchJson<{ personas: readonly DescribedPersona[] }>('/dev/personas');
  const described = offered.personas.map((persona) => ({
    persona: persona.id,
    label: persona.label,
    explanation: persona.explanation,
    ...fieldsOf(persona),
  }));
  return { user: undefined, personas: described, logins };
}

function fieldsOf({ recipient, recipientLabel, roles, purposes }: DescribedUser) {
  return { recipient, recipientLabel, roles, purposes };
}

async function fetchJson<Value>(path: string): Promise<Value> {
  const response = await reach(path);
  if (!response.ok) throw new NoAnswer('no-answer');
  return (await response.json()) as Value;
}

/** Logs out here and at the identity provider. */
export async function logOut(): Promise<void> {
  const response = await reach('/session/logout', { method: 'POST' });
  const { location } = (await response.json()) as { location: string };
  window.location.assign(location);
}
