/** A secret of a folder of secrets. */
export interface SecretDescription {
  /** Its file in the folder, and its name in commands. */
  readonly name: string;
  /** The variable of the environment that is used instead of the file. */
  readonly variable?: string;
  /** Another file that belongs to it and is not secret. */
  readonly publicFile?: string;
  readonly protects: string;
  /** Whether a backup has it: always, only if it is asked for, or never. */
  readonly inBackup: 'always' | 'asked' | 'never';
}

/** Every secret that Polku makes. Others of the folder are of the operator, and no command touches them. */
export const secretTable = [
  {
    name: 'linkage',
    variable: 'POLKU_LINKAGE_SECRET',
    protects: 'identity codes: with the linkage store it reveals who has which key',
    // The archive has the linkage store. Both together reveal everybody in seconds.
    inBackup: 'asked',
  },
  {
    name: 'domain',
    variable: 'POLKU_DOMAIN_SECRET',
    protects: 'pseudonyms: ids that clients were given',
    inBackup: 'always',
  },
  {
    name: 'audit',
    variable: 'POLKU_AUDIT_SECRET',
    protects: 'who is in the audit log, which names people by digests',
    inBackup: 'always',
  },
  {
    name: 'disclosure',
    variable: 'POLKU_DISCLOSURE_SECRET',
    protects: 'the noise of numbers about groups, and the ledger',
    inBackup: 'always',
  },
  {
    name: 'session',
    variable: 'POLKU_SESSION_SECRET',
    protects: 'cookies of the console',
    // Without it, no cookie of before is valid, so no session that was ended since is valid again.
    inBackup: 'never',
  },
  {
    name: 'audit.key',
    publicFile: 'audit.key.pub',
    protects: 'the audit log: its key signs checkpoints and backups',
    inBackup: 'always',
  },
  {
    name: 'gateway.key',
    publicFile: 'gateway.key.pub',
    protects: 'registries: only requests that this key signed are answered',
    inBackup: 'always',
  },
] as const satisfies readonly SecretDescription[];

export type SecretName = (typeof secretTable)[number]['name'];
