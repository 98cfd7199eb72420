/** A purpose of use that a persona's token carries. */
export interface PurposeChoice {
  readonly id: string;
  readonly label: string;
}

/** A synthetic user whom the local issuer gives tokens to. */
export interface Persona {
  readonly id: string;
  readonly label: string;
  readonly explanation: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  readonly purposes: readonly PurposeChoice[];
}

/** Who can be played here. Served with `--dev` only. */
export async function fetchPersonas(): Promise<readonly Persona[]> {
  const response = await fetch('/dev/personas');
  if (!response.ok) {
    throw new Error(
      `The gateway offers no personas (it answered ${response.status}). The console needs one started with --dev.`,
    );
  }
  const { personas } = (await response.json()) as { personas: readonly Persona[] };
  return personas;
}
