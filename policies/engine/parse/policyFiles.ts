import { FileSchema } from '../../../lib/fileSchema.js';
import type { Category } from '../catalogue/conditions.js';
import type { LocalizedText } from '../../../schema/language.js';
import type { DisclosureParameters } from '../disclosureParameters.js';

/** purposes.yaml; see schema/purposes.schema.json. */
export interface PurposesFile {
  readonly purposes: Readonly<Record<string, PurposeEntry>>;
}

export interface PurposeEntry {
  readonly label: LocalizedText;
  readonly basis: readonly string[];
  readonly use?: 'primary' | 'secondary';
  readonly output?: 'identified' | 'pseudonymised' | 'aggregate';
  readonly parent?: string;
  readonly nonDisclosure?: 'entitled';
  readonly forbidden?: true;
}

/** roles.yaml; see schema/roles.schema.json. */
export interface RolesFile {
  readonly roles: Readonly<Record<string, RoleEntry>>;
}

export interface RoleEntry {
  readonly label: LocalizedText;
  readonly purposes: readonly string[];
}

/** recipients.yaml; see schema/recipients.schema.json. */
export interface RecipientsFile {
  readonly recipients: Readonly<Record<string, LocalizedText>>;
}

/** The file of one registry; see schema/policy.schema.json. A faulty entry is undefined. */
export interface RegistryFile {
  readonly registry: string;
  readonly owner: LocalizedText;
  readonly fields: Readonly<Record<string, ClassificationEntry | undefined>>;
  readonly grants?: readonly (GrantEntry | undefined)[];
  readonly prohibitions?: readonly (ProhibitionEntry | undefined)[];
  readonly disclosure?: readonly (DisclosureEntry | undefined)[];
}

export interface ClassificationEntry {
  readonly category: Category;
  readonly special?: boolean;
  readonly quasi?: string;
  readonly label?: LocalizedText;
}

/** owners.yaml; see schema/owners.schema.json. It says who may sign, and is not part of what they sign. */
export interface OwnersFile {
  readonly relyingParty?: { readonly id: string; readonly origins: readonly string[] };
  readonly people: Readonly<Record<string, ApproverEntry>>;
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

export interface ApproverEntry {
  readonly label: string;
  readonly key?: string;
  readonly passkeys?: readonly { readonly id: string; readonly key: string; readonly label?: string }[];
  readonly login?: string;
  readonly until?: string;
}

/** `any`, or names. */
export type Names = 'any' | readonly string[];

export interface GrantEntry {
  readonly id: string;
  readonly purposes: Names;
  readonly roles: Names;
  readonly recipients?: readonly string[];
  readonly permit?: 'required';
  readonly basis: readonly string[];
  readonly when?: readonly string[];
  readonly show?: Readonly<Record<string, 'allow' | { readonly mask: string }>>;
  readonly derive?: Readonly<Record<string, readonly string[]>>;
  readonly valid?: { readonly from?: string; readonly until?: string };
}

export interface ProhibitionEntry {
  readonly id: string;
  readonly purposes: Names;
  readonly fields: readonly string[];
  readonly reason?: LocalizedText;
}

export interface DisclosureEntry extends Partial<DisclosureParameters> {
  readonly purposes: Names;
}

/** permits.yaml; see schema/permits.schema.json. */
export interface PermitsFile {
  readonly permits: readonly PermitEntry[];
}

export interface PermitEntry {
  readonly number: string;
  readonly recipient: string;
  readonly purpose: string;
  readonly basis: readonly string[];
  readonly valid: { readonly from: string; readonly until: string };
  readonly fields: readonly string[];
  readonly population?: {
    readonly born?: { readonly from: number; readonly until: number };
    readonly districts?: readonly string[];
    readonly registries?: readonly string[];
  };
}

/** How a test expects a field to be shown. */
export type ExpectedEffect = 'allow' | 'deny' | { readonly mask: string };

/** `<registry>.test.yaml`; see schema/policy-test.schema.json. */
export interface PolicyTestFile {
  readonly registry: string;
  readonly cases: readonly PolicyTestCase[];
}

export interface PolicyTestCase {
  readonly name: string;
  readonly as: string | readonly string[];
  readonly for: string;
  readonly recipient?: string;
  readonly permit?: string;
  readonly on?: string;
  readonly when?: readonly string[];
  readonly show?: Readonly<Record<string, ExpectedEffect>>;
  readonly derive?: Readonly<Record<string, Readonly<Record<string, ExpectedEffect>>>>;
  readonly withheld?: Readonly<Record<string, readonly string[]>>;
  readonly given?: Readonly<Record<string, readonly string[]>>;
  readonly query?: string;
  readonly answer?: 'allow' | { readonly refused: readonly string[] };
}

/** The app.yaml of an app with stored operations; see schema/app.schema.json. */
export interface AppFile {
  readonly label: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
}

/** Made-up users for `--dev`; see schema/personas.schema.json. */
export interface PersonasFile {
  readonly personas: readonly PersonaEntry[];
}

export interface PersonaEntry {
  readonly id: string;
  readonly label: LocalizedText;
  readonly explanation: LocalizedText;
  readonly recipient: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly employee?: string;
  readonly units?: readonly string[];
  readonly permit?: string;
}

export const fileSchemas = {
  purposes: new FileSchema<PurposesFile>('purposes'),
  roles: new FileSchema<RolesFile>('roles'),
  recipients: new FileSchema<RecipientsFile>('recipients'),
  owners: new FileSchema<OwnersFile>('owners'),
  permits: new FileSchema<PermitsFile>('permits'),
  policy: new FileSchema<RegistryFile>('policy'),
  app: new FileSchema<AppFile>('app'),
  personas: new FileSchema<PersonasFile>('personas'),
  policyTest: new FileSchema<PolicyTestFile>('policy-test'),
} as const;
