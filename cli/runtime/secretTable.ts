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
  readonly rotation: Rotation;
}

/**
 * How a secret is rotated. With versions, the newest is used and earlier ones are still accepted. A secret
 * that is never rotated says what to do instead.
 */
type Rotation =
  | { readonly how: 'versions'; readonly then: string[] }
  | { readonly how: 'key' }
  | { readonly how: 'never'; readonly instead: string };

/** Every secret that Polku makes. Others of the folder are of the operator, and no command touches them. */
export const secretTable = [
  {
    name: 'linkage',
    variable: 'POLKU_LINKAGE_SECRET',
    protects: 'identity codes: with the linkage store it reveals who has which key',
    // The archive has the linkage store. Both together reveal everybody in seconds.
    inBackup: 'asked',
    rotation: {
      how: 'never',
      instead:
        'Another linkage secret gives everybody another key, so everything is extracted again and marks are made again. "Rotation" in docs/decisions/linkage.md has the steps. It is needed only if the secret and the linkage store have both leaked.',
    },
  },
  {
    name: 'domain',
    variable: 'POLKU_DOMAIN_SECRET',
    protects: 'pseudonyms: ids that clients were given',
    inBackup: 'always',
    rotation: {
      how: 'versions',
      then: [
        'Restart the gateway. Clients get new ids and may still use the former ones.',
        'When clients have replaced theirs: polku secrets retire domain',
      ],
    },
  },
  {
    name: 'audit',
    variable: 'POLKU_AUDIT_SECRET',
    protects: 'who is in the audit log, which names people by digests',
    inBackup: 'always',
    rotation: {
      how: 'versions',
      then: [
        'Restart the gateway. New records name people under the new version; records are found under any.',
        'When retention has removed the records of before: polku secrets retire audit',
      ],
    },
  },
  {
    name: 'disclosure',
    variable: 'POLKU_DISCLOSURE_SECRET',
    protects: 'the noise of numbers about groups, and the ledger',
    inBackup: 'always',
    rotation: {
      how: 'never',
      instead:
        'Under another secret the same group gets other noise, and the average of both shows more than either. If it has leaked, stop answering planners; docs/how-to/rotate-secrets.md says what remains possible.',
    },
  },
  {
    name: 'session',
    variable: 'POLKU_SESSION_SECRET',
    protects: 'cookies of the console',
    // Without it, no cookie of before is valid, so no session that was ended since is valid again.
    inBackup: 'never',
    rotation: {
      how: 'versions',
      then: [
        'Restart the gateway. Nobody is logged out.',
        'After console.hours: polku secrets retire session. If the former version has leaked, retire it at once; everybody then logs in again.',
      ],
    },
  },
  {
    name: 'audit.key',
    publicFile: 'audit.key.pub',
    protects: 'the audit log: its key signs checkpoints and backups',
    inBackup: 'always',
    rotation: { how: 'key' },
  },
  {
    name: 'gateway.key',
    publicFile: 'gateway.key.pub',
    protects: 'registries: only requests that this key signed are answered',
    inBackup: 'always',
    rotation: { how: 'key' },
  },
] as const satisfies readonly SecretDescription[];

export type SecretName = (typeof secretTable)[number]['name'];
