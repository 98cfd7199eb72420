import type { OperationsModes } from '../../gateway/operation/storedOperations.js';
import type { GatewayTls } from '../../gateway/policy/followRevisions.js';
import type { LoginSettings } from '../../gateway/session/loginProvider.js';
import type { OperationLimits } from '../../federation/execution/limits.js';
import type { ServerAddress } from '../../lib/httpServer.js';
import type { ClaimMapping } from '../../schema/tokens/callerClaims.js';

/** How one city runs Polku: the keys of polku.yaml, with their defaults (schema/polku.schema.json). */
export interface Configuration {
  readonly data: string;
  readonly secrets?: string;
  readonly owners?: string;
  readonly policies: PoliciesConfiguration;
  readonly gateway: GatewayConfiguration;
  readonly registry: RegistryConfiguration;
  readonly registries: Readonly<Record<string, RegistrySettings>>;
  readonly identity: IdentityConfiguration;
  readonly console: ConsoleConfiguration;
  readonly audit: { readonly witness?: string; readonly retentionDays?: number };
  readonly backup: { readonly recipients: readonly string[] };
  readonly groups: { readonly capacity?: number };
  readonly admin: AdminConfiguration;
  readonly tracing: TracingConfiguration;
  readonly ready: { readonly policyHours: number; readonly snapshotHours?: number };
  readonly log: LogConfiguration;
}

export interface LogConfiguration {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format?: 'json' | 'text';
  readonly securityEvents?: string;
}

export interface PoliciesConfiguration {
  readonly folder?: string;
  readonly from?: string;
  readonly token?: string;
  readonly tls?: GatewayTls;
}

export interface GatewayConfiguration extends ServerAddress {
  readonly publicUrl?: string;
  readonly cors: { readonly origins: readonly string[] };
  readonly operations: OperationsModes & { readonly folder?: string };
  readonly conceal?: boolean;
  readonly epoch: string;
  readonly drainSeconds: number;
  readonly drainDelaySeconds?: number;
  readonly limits: OperationLimits;
  readonly perCaller: { readonly atOnce: number; readonly waiting: number };
  readonly planningSeconds: number;
}

export interface RegistryConfiguration extends ServerAddress {
  readonly gatewayKey?: string;
}

/** Where the listener for operators listens; nowhere without a port. */
export interface AdminConfiguration extends Omit<ServerAddress, 'port'> {
  readonly port?: number;
}

/** Where the spans of a process go; nowhere without an endpoint. */
export interface TracingConfiguration {
  readonly endpoint?: string;
  readonly sampleRatio: number;
  readonly headers?: string;
}

/** What a city says of a registry or another subgraph. */
export interface RegistrySettings {
  readonly joined: boolean;
  readonly folder?: string;
  /** Its address if it runs in another process. */
  readonly url?: string;
  readonly timeoutSeconds: number;
  readonly connections: number;
  readonly tls?: RegistryTls;
}

/** How gateway and registry prove their names to each other: the files of the gateway's side (PEM). */
export interface RegistryTls {
  /** The certificate of the gateway as a client, and its key. */
  readonly certificate: string;
  readonly key: string;
  /** The authorities that certify the registry. */
  readonly authority: string;
  /** The name that the registry's certificate must have; by default the host of its URL. */
  readonly serverName?: string;
}

export interface IdentityConfiguration {
  readonly audience: string;
  readonly issuers: readonly IssuerConfiguration[];
  readonly clockToleranceSeconds: number;
  readonly outageHours: number;
}

export interface IssuerConfiguration {
  readonly issuer: string;
  readonly keys?: string;
  readonly audience?: string;
  readonly algorithms: readonly string[];
  readonly tokenType?: string;
  readonly tokenUse?: string;
  readonly lifetimeSeconds: number;
  readonly claims?: ClaimMapping;
}

export interface ConsoleConfiguration {
  readonly logins: readonly LoginConfiguration[];
  readonly idleMinutes: number;
  readonly hours: number;
}

/** An identity provider with which people log in to the console. */
export interface LoginConfiguration extends Omit<LoginSettings, 'clientSecret'> {
  /** The file with the secret. */
  readonly clientSecret: string;
}
