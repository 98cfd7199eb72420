// Long, because it is one table: every error code that a user can meet.

/** Details next to an error's message: coordinates, places in files, counts. Never personal data. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An error for users. Its message says what was expected, what was found and what to do. It never contains
 * personal data, because it may be logged.
 */
export class PolkuError extends Error {
  override readonly name = 'PolkuError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause: unknown },
  ) {
    super(message, options);
  }

  /** The HTTP status of the response, or 0 on the command line. */
  get status(): number {
    return errorTable[this.code].status;
  }
}

/**
 * Every error that a user of Polku can get: its code, its HTTP status (0 if it occurs on the command line
 * only) and its meaning. docs/errors.md is generated from this table, and a test checks that they match. A
 * retired code is never reused.
 */
export const errorTable = {
  // Requests to the gateway
  UNAUTHENTICATED: { status: 401, meaning: 'There is no token, or it is not one this gateway trusts.' },
  ISSUER_UNAVAILABLE: {
    status: 503,
    meaning: 'The keys of the identity provider cannot be fetched, so no token can be checked.',
  },
  LOGIN_FAILED: {
    status: 401,
    meaning:
      'The identity provider did not confirm a login to the console, the login took too long, or the city has no data under the identity code of a resident.',
  },
  PURPOSE_MISSING: {
    status: 400,
    meaning: 'The header Purpose-Of-Use is missing, or names no known purpose.',
  },
  PURPOSE_NOT_HELD: {
    status: 403,
    meaning: 'The token does not contain the purpose of use that the request names.',
  },
  PURPOSE_NOT_PERMITTED: {
    status: 403,
    meaning:
      'The policy does not show the requested data to this role for this purpose. The extensions name the coordinate, its owner and the policy revision.',
  },
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The operation does not fit the schema as this caller sees it.',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning: 'A variable or an argument has a value that its type does not accept.',
  },
  BAD_REQUEST: { status: 400, meaning: 'The HTTP request is not a GraphQL request.' },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    meaning: 'The client sent the hash of an operation alone; send its text.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning:
      'No operation with this hash is stored for the organisation of the caller. A client that may also send texts sends its text.',
  },
  OPERATION_NOT_STORED: {
    status: 403,
    meaning:
      'The organisation of the caller may send stored operations only, and the operation is none of them.',
  },
  OPERATION_TOO_LARGE: {
    status: 400,
    meaning:
      'The operation exceeds a limit: depth, aliases, tokens, list size, selections, or the cost of planning.',
  },
  OPERATION_NOT_PLANNABLE: {
    status: 500,
    meaning: 'No subgraph can answer a field that the operation asks for, though the schema has it.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    meaning: 'The header Accept allows no type that responses have.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    meaning: 'The body is not of the type application/json, in UTF-8, or it is encoded.',
  },
  LINEAGE_REFUSED: {
    status: 500,
    meaning:
      'The query plan would send a registry a value that its contract does not allow, so nothing was sent. The log names the registry.',
  },
  REQUEST_TOO_LARGE: { status: 413, meaning: 'The body exceeds the size limit.' },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has no operation of that name, or several and no name.',
  },
  ID_UNKNOWN: {
    status: 400,
    meaning:
      'An id was not issued to this recipient for this purpose. It may be from elsewhere, or it never existed.',
  },
  IDENTITY_CODE_LITERAL: {
    status: 400,
    meaning:
      'The text of the operation contains an identity code. Send it as a variable, so that no log contains it.',
  },
  OWN_USE: { status: 403, meaning: 'A log controller cannot review their own use of break-glass.' },
  IDENTITY_CODE_INVALID: {
    status: 400,
    meaning: 'The value is not a Finnish personal identity code: form, date or check character is wrong.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning:
      'The caller has too many requests at once, or looks up too many identity codes. Wait and try again.',
  },
  DISCLOSURE_BUDGET: {
    status: 429,
    meaning: 'The organisation has used all its questions about groups for the calendar month.',
  },
  DISCLOSURE_UNAVAILABLE: {
    status: 503,
    meaning: 'The ledger of answered groups cannot be written or is full, so no number of a group was given.',
  },
  DISCLOSURE_LEDGER_LOCKED: {
    status: 0,
    meaning: 'Another process uses the ledger of answered groups in this data directory.',
  },
  DISCLOSURE_LEDGER_INVALID: {
    status: 0,
    meaning:
      'The ledger of answered groups is damaged, missing, shorter than it was, or belongs to another secret.',
  },
  NOT_IN_REGISTER: {
    status: 400,
    meaning:
      'A question about groups needs data that the system behind a registry does not store. "registries { name absent }" lists that data.',
  },
  SUBGRAPH_UNAVAILABLE: {
    status: 502,
    meaning: 'A registry did not answer. The rest of the response is complete.',
  },
  SUBGRAPH_CONTRACT_BROKEN: {
    status: 0,
    meaning:
      'The schema of a subgraph differs from the one committed in schema/subgraphs. It gets no requests, and its fields answer SUBGRAPH_UNAVAILABLE.',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    meaning: 'The audit record could not be stored durably, so no data was returned.',
  },
  AUDIT_LOCKED: {
    status: 0,
    meaning: 'Another process writes this chain of the audit log in this data directory.',
  },
  AUDIT_UNPROVEN: {
    status: 0,
    meaning: 'The audit log was opened, and its end cannot be verified. The log continues and records this.',
  },
  NOT_READY: {
    status: 503,
    meaning:
      'The process cannot answer now, because it starts or stops, or because a check of it does not end.',
  },
  CLOCK_JUMPED: { status: 0, meaning: 'The clock of the machine changed by more than the elapsed time.' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'An internal error occurred. The decision id finds it in the log.',
  },
  // Requests from a gateway to a registry
  NOT_FROM_PROXY: {
    status: 403,
    meaning:
      'The gateway stands behind proxies that end TLS, and the request did not come from one of them over HTTPS. Nothing of it was read.',
  },
  TLS_CLIENT_REFUSED: {
    status: 403,
    meaning:
      'The client of a registry has no certificate of a trusted authority with a listed name, so nothing of its request was read.',
  },
  TLS_PEER_UNTRUSTED: {
    status: 0,
    meaning: 'A server cannot prove its name by its certificate, so it was sent nothing.',
  },
  CONTEXT_REFUSED: { status: 403, meaning: 'A request to a registry has no valid decision context.' },
  // Extraction and snapshots
  SOURCE_UNREADABLE: {
    status: 0,
    meaning:
      'A source file is missing, damaged, not a regular file, or not of the form that the mapping declares; or a table or query of a database does not exist or does not work.',
  },
  SOURCE_COLUMNS: {
    status: 0,
    meaning:
      'A source lacks a column that the mapping names, has it twice, or has it in a type that is not one value.',
  },
  SOURCE_CHANGED: {
    status: 0,
    meaning: 'A source file changed while it was read, so nothing of it was used.',
  },
  REGISTRY_INVALID: {
    status: 0,
    meaning:
      'The folder of a registry does not declare one: registry.yaml does not parse, or contradicts itself.',
  },
  SOURCE_CONNECTION: {
    status: 0,
    meaning:
      'The database of a registry cannot be reached over a protected connection, or the connection was lost.',
  },
  SOURCE_DENIED: {
    status: 0,
    meaning: 'The database of a registry refused the user, or the user may not read what the mapping names.',
  },
  SOURCE_BUSY: {
    status: 0,
    meaning: 'The database of a registry stopped the reading: a lock, a time limit or an administrator.',
  },
  MAPPING_INVALID: { status: 0, meaning: 'A mapping file does not parse, or does not match the registry.' },
  SCHEME_UNKNOWN: { status: 0, meaning: 'A mapping names a linkage scheme that does not exist.' },
  SNAPSHOT_MISSING: { status: 0, meaning: 'There is no snapshot of this registry in the data directory.' },
  SNAPSHOT_OLD: {
    status: 503,
    meaning: 'A snapshot is older than ready.snapshotHours allows.',
  },
  SNAPSHOT_INVALID: { status: 0, meaning: 'A snapshot is damaged or incomplete.' },
  SNAPSHOT_NEWER: { status: 0, meaning: 'The snapshot was written by a newer Polku.' },
  DISCLOSURE_LOG_LOCKED: {
    status: 0,
    meaning: 'Another process writes the disclosure log of the same registries in this data directory.',
  },
  EXTRACTION_RUNNING: { status: 0, meaning: 'Another extraction uses the data directory.' },
  EXTRACTION_INTERRUPTED: {
    status: 0,
    meaning: 'The extraction was stopped. Earlier snapshots are unchanged.',
  },
  REJECTS_EXCEEDED: {
    status: 0,
    meaning: 'More rows of a source file were rejected than --max-rejects allows, so nothing was published.',
  },
  PROTECTION_LIST_INCOMPLETE: {
    status: 0,
    meaning:
      'Rows of a list that protects people, such as objections, cannot be read, so nothing was published. --max-rejects does not apply.',
  },
  TABLE_SHRUNK: {
    status: 0,
    meaning:
      'A table has far fewer rows than in the previous snapshot, or none, so nothing was published. --max-shrink allows it.',
  },
  ROWS_LOST: {
    status: 0,
    meaning:
      'The number of rows read is not the number of rows written plus rejected, so nothing was published.',
  },
  DATA_NEWER: { status: 0, meaning: 'A newer version of Polku wrote this data directory.' },
  DATA_OLDER: {
    status: 0,
    meaning:
      'An older version of Polku wrote this data directory; polku migrate brings it to the format of this one.',
  },
  DATA_FORMAT_INVALID: { status: 0, meaning: 'The file format.json of the data directory is damaged.' },
  DATA_INCOMPLETE: {
    status: 0,
    meaning: 'A restore into this data directory was killed before it ended, or has not ended yet.',
  },
  SECRET_NOT_ROTATED: {
    status: 0,
    meaning: 'A secret cannot be rotated or retired now, or never. The message says what to do instead.',
  },
  INTERRUPTED: { status: 0, meaning: 'A signal ended the command. It left nothing behind.' },
  BACKUP_FAILED: { status: 0, meaning: 'No backup was made, because its content could not be complete.' },
  BACKUP_KEY_INVALID: {
    status: 0,
    meaning: 'What should be a key of age is none, or it is not one that the backup was made for.',
  },
  BACKUP_INVALID: {
    status: 0,
    meaning:
      'A backup is truncated or altered, was not written by Polku, or what it holds does not verify. Nothing was restored.',
  },
  BACKUP_OLD: {
    status: 0,
    meaning: 'The witness of the audit log has seen records that the backup lacks. Nothing was restored.',
  },
  STORAGE_FAILED: { status: 0, meaning: 'The disk is full or cannot be written.' },
  LINKAGE_STORE_INVALID: {
    status: 0,
    meaning: 'The linkage store is damaged, or belongs to another secret.',
  },
  LINKAGE_STORE_CHANGED: {
    status: 0,
    meaning:
      'Snapshots or lists of marked people belong to another linkage store. Their keys name other people there, so nothing is served or extracted.',
  },
  LINKAGE_FULL: { status: 0, meaning: 'The linkage store has issued every possible key.' },
  MARKS_INVALID: {
    status: 0,
    meaning:
      'A list of marked people is damaged, missing, older than its last change or from another registry. Nothing is served without it.',
  },
  MARKS_REJECTED: {
    status: 0,
    meaning:
      'Some lines have no code of a known person, or of a marked person. The error lists them by number, and nothing was changed.',
  },
  MARKS_BUSY: { status: 0, meaning: 'Another command is changing the marks of this registry.' },
  IDENTITY_CODE_ARGUMENT: {
    status: 0,
    meaning:
      'A command has an identity code in its arguments, which process lists and shell histories show. Send codes on standard input.',
  },
  OUTPUT_EXISTS: {
    status: 0,
    meaning: 'The output folder contains something else, or a file would be overwritten.',
  },
  NOT_SYNTHETIC: {
    status: 0,
    meaning: '--dev serves only snapshots that are marked synthetic, and this one is not.',
  },
  PERMIT_OPENS_NOTHING: {
    status: 0,
    meaning: 'A research permit is unknown, not valid today, or no owner grants what it names.',
  },
  EXTRACT_INVALID: {
    status: 0,
    meaning: 'No extract of a permit waits in the folder, or it was changed after it was made.',
  },
  OUTPUT_CHECK_FAILED: {
    status: 0,
    meaning:
      'Somebody may be recognised in an extract of a permit, and nobody said why it may be released all the same.',
  },
  // Prediction of need
  RISK_TABLE_INCOMPLETE: {
    status: 0,
    meaning: 'A registry withheld or failed to provide data for the training or evaluation of a risk model.',
  },
  RISK_MODEL_INVALID: {
    status: 0,
    meaning:
      'The file of a risk model does not parse, its parts do not match (the error lists every fault), or it is not the registered file.',
  },
  RISK_REGISTER_INVALID: {
    status: 0,
    meaning:
      'The register of risk models is damaged: an entry is missing, altered or of another form. No model is used.',
  },
  RISK_REGISTER_STALE: {
    status: 409,
    meaning:
      'A text that was signed for the register of risk models does not follow its last entry, or was drafted too long ago.',
  },
  RISK_TABLE_UNFIT: {
    status: 0,
    meaning: 'There are too few children, clients or families to train a risk model on, or to evaluate one.',
  },
  // Policies and configuration
  POLICY_INVALID: {
    status: 400,
    meaning: 'A policy does not parse or does not compile. The error lists every fault with its place.',
  },
  POLICY_UNSIGNED: {
    status: 409,
    meaning: 'No policy revision is signed by two people of every owner that it concerns.',
  },
  POLICY_STALE: {
    status: 409,
    meaning:
      'A policy revision is older than one that was in force, or follows one that is no longer in force.',
  },
  POLICY_EXPIRED: {
    status: 409,
    meaning: 'A policy revision has expired, so everything that it covered is denied.',
  },
  POLICY_EXPIRES: {
    status: 503,
    meaning: 'A policy revision expires within the hours of ready.policyHours.',
  },
  POLICY_TOO_LARGE: {
    status: 413,
    meaning: 'A proposed policy has too many bytes, or takes too long to compile.',
  },
  POLICY_TOO_MANY: {
    status: 429,
    meaning: 'A person has too many proposals waiting for signatures. Withdraw one first.',
  },
  POLICY_TEST_FAILED: {
    status: 409,
    meaning:
      'Tests of the policies fail, and the proposal does not overrule them. Correct the policies or the tests, or overrule the tests by name with a reason.',
  },
  SIGNATURE_INVALID: {
    status: 403,
    meaning:
      'A signature of a policy revision, or of an entry in the register of risk models, is not by a person who may sign it, or its text was altered.',
  },
  POLICY_STORE_INVALID: {
    status: 503,
    meaning: 'The store of policy revisions is damaged: a file is missing, altered or of another form.',
  },
  SECRET_INVALID: {
    status: 0,
    meaning: 'A secret is missing, too short, or its file can be read by others.',
  },
  SUPERGRAPH_INVALID: { status: 0, meaning: 'The subgraphs do not compose.' },
  BARE_GATEWAY_REFUSES: {
    status: 0,
    meaning: 'The bare gateway, which has no identities and policies, must not serve a supergraph of Polku.',
  },
  TLS_FILE_INVALID: {
    status: 0,
    meaning:
      'The file of a certificate, a key or an authority cannot be read, is not in PEM, or its key is readable by everybody.',
  },
  TLS_KEY_MISMATCH: { status: 0, meaning: 'A private key does not belong to its certificate.' },
  TLS_CERTIFICATE_EXPIRED: {
    status: 0,
    meaning: 'The certificate of this server, or of an authority, has expired or is not valid yet.',
  },
  TLS_FOLDER_BUSY: { status: 0, meaning: 'Another command is issuing certificates into this folder.' },
  ADDRESS_IN_USE: { status: 0, meaning: 'The port is in use.' },
  USAGE: { status: 0, meaning: 'A command has unknown arguments.' },
  SESSIONS_INVALID: {
    status: 0,
    meaning: 'The list of sessions that were ended is damaged, so nobody would know who is logged out.',
  },
  CONFIG_INVALID: {
    status: 0,
    meaning:
      'The configuration (polku.yaml, POLKU_* variables, options) has faults; each is named with its place.',
  },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof errorTable;
