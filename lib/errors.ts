/** What an error may carry beside its message: coordinates, places in files, counts. Never a person's data. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An error that a user may read. Its message says what was expected, what came and what to do; it never holds
 * personal data, for it may be logged.
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

  /** The HTTP status it travels with; 0 on the command line. */
  get status(): number {
    return errorTable[this.code].status;
  }
}

/**
 * Every error that a user of Polku can meet: its code, the HTTP status it travels with (0 where it never leaves the
 * command line) and what it means. docs/errors.md is generated from this table, and a test holds them together. A
 * retired code is never reused.
 */
export const errorTable = {
  // Asking the gateway
  UNAUTHENTICATED: { status: 401, meaning: 'There is no token, or it is not one this gateway trusts.' },
  ISSUER_UNAVAILABLE: {
    status: 503,
    meaning: 'The keys of the identity provider cannot be fetched, so no token can be checked.',
  },
  PURPOSE_MISSING: {
    status: 400,
    meaning: 'The header Purpose-Of-Use is missing, or names no known purpose.',
  },
  PURPOSE_NOT_HELD: {
    status: 403,
    meaning: 'The token does not carry the purpose of use that the request names.',
  },
  PURPOSE_NOT_PERMITTED: {
    status: 403,
    meaning:
      'Policy does not show what was asked to this role for this purpose. The extensions name the coordinate, its owner and the policy revision.',
  },
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The operation does not fit the schema as this caller sees it.',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning: 'A variable or an argument has a value that its type does not take.',
  },
  BAD_REQUEST: { status: 400, meaning: 'The HTTP request is not a GraphQL request.' },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    meaning: 'The client sent the hash of an operation alone; send its text.',
  },
  OPERATION_TOO_LARGE: {
    status: 400,
    meaning:
      'The operation is over a limit: depth, aliases, tokens, list size, selections, or what planning it costs.',
  },
  OPERATION_NOT_PLANNABLE: {
    status: 500,
    meaning: 'No subgraph can answer a field that the operation asks for, though the schema has it.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    meaning: 'The header Accept takes no type that answers have.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    meaning: 'The body is not of the type application/json, in UTF-8, or it is encoded.',
  },
  LINEAGE_REFUSED: {
    status: 500,
    meaning:
      'The plan of the operation would hand a registry a value that its contract does not give it, so nothing was asked. The log names the registry.',
  },
  REQUEST_TOO_LARGE: { status: 413, meaning: 'The body is over the limit.' },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has no operation of that name, or several and no name.',
  },
  ID_UNKNOWN: {
    status: 400,
    meaning:
      'An id is not one that was given to this recipient for this purpose; it may be from elsewhere, or never have existed.',
  },
  IDENTITY_CODE_LITERAL: {
    status: 400,
    meaning:
      'An identity code stood in the text of the operation; it must be sent as a variable, so that it enters no log.',
  },
  IDENTITY_CODE_INVALID: {
    status: 400,
    meaning: 'The value is not a Finnish personal identity code: form, date or check character is wrong.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The caller asks too much at once, or looks up too many identity codes; wait and ask again.',
  },
  DISCLOSURE_BUDGET: {
    status: 429,
    meaning: 'The organisation has asked as many questions about groups as it may in a calendar month.',
  },
  DISCLOSURE_UNAVAILABLE: {
    status: 503,
    meaning: 'The ledger of answered groups cannot be written or is full, so no number of a group was given.',
  },
  DISCLOSURE_LEDGER_LOCKED: {
    status: 0,
    meaning: 'Another process keeps the ledger of answered groups of this data directory.',
  },
  DISCLOSURE_LEDGER_INVALID: {
    status: 0,
    meaning:
      'The ledger of answered groups is damaged, missing, shorter than it was, or belongs to another secret.',
  },
  NOT_IN_REGISTER: {
    status: 400,
    meaning:
      'A question about groups needs what the system behind a registry does not keep. "registries { name absent }" lists that.',
  },
  SUBGRAPH_UNAVAILABLE: {
    status: 502,
    meaning: 'A registry did not answer; the rest of the response is whole.',
  },
  SUBGRAPH_CONTRACT_BROKEN: {
    status: 0,
    meaning:
      'A subgraph has another schema than the one committed for it in schema/subgraphs. It is sent nothing; its fields answer SUBGRAPH_UNAVAILABLE.',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    meaning: 'The audit record could not be made durable, so no data was given.',
  },
  AUDIT_LOCKED: {
    status: 0,
    meaning: 'Another process writes this chain of the audit log of this data directory.',
  },
  AUDIT_UNPROVEN: {
    status: 0,
    meaning:
      'The audit log was opened, and something at its end cannot be proven; the log goes on, and says so.',
  },
  CLOCK_JUMPED: { status: 0, meaning: 'The clock of the machine moved against the time that had passed.' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'Something broke inside; the decision id finds it in the log.',
  },
  // Registries, asked by a gateway
  CONTEXT_REFUSED: { status: 403, meaning: 'A registry was asked without a valid decision context.' },
  // Extraction and snapshots
  SOURCE_UNREADABLE: {
    status: 0,
    meaning:
      'A source file is missing, is no regular file, is something else than the mapping says, or is damaged.',
  },
  SOURCE_COLUMNS: {
    status: 0,
    meaning: 'A source file lacks columns that the mapping names, or has one of them twice.',
  },
  SOURCE_CHANGED: { status: 0, meaning: 'A source file changed while it was read; nothing of it was taken.' },
  MAPPING_INVALID: { status: 0, meaning: 'A mapping file does not parse, or does not fit the registry.' },
  SCHEME_UNKNOWN: { status: 0, meaning: 'A mapping names a linkage scheme that does not exist.' },
  SNAPSHOT_MISSING: { status: 0, meaning: 'There is no snapshot of this registry in the data directory.' },
  SNAPSHOT_INVALID: { status: 0, meaning: 'A snapshot is damaged or incomplete.' },
  SNAPSHOT_NEWER: { status: 0, meaning: 'The snapshot was written by a newer Polku.' },
  DISCLOSURE_LOG_LOCKED: {
    status: 0,
    meaning: 'Another process writes the disclosure log of the same registries of this data directory.',
  },
  EXTRACTION_RUNNING: { status: 0, meaning: 'Another extraction holds the data directory.' },
  EXTRACTION_INTERRUPTED: {
    status: 0,
    meaning: 'Extraction was stopped; the snapshots before it are untouched.',
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
      'A table has many fewer rows than in the snapshot before, or none any more, so nothing was published; --max-shrink allows it.',
  },
  ROWS_LOST: {
    status: 0,
    meaning: 'Rows read are not rows written and rows rejected, so nothing was published.',
  },
  STORAGE_FAILED: { status: 0, meaning: 'The disk is full or cannot be written.' },
  LINKAGE_STORE_INVALID: {
    status: 0,
    meaning: 'The linkage store is damaged, or belongs to another secret.',
  },
  LINKAGE_STORE_CHANGED: {
    status: 0,
    meaning:
      'Snapshots or marks belong to another linkage store: their keys name other people there, so nothing is served or extracted.',
  },
  LINKAGE_FULL: { status: 0, meaning: 'Every key that a linkage store can give out is given out.' },
  MARKS_INVALID: {
    status: 0,
    meaning:
      'A list of marked people is damaged, missing, older than its last change or of another registry; nothing is served without it.',
  },
  MARKS_REJECTED: {
    status: 0,
    meaning:
      'Some lines hold no code of anybody known, or of nobody marked; they are listed by number, and nothing was changed.',
  },
  MARKS_BUSY: { status: 0, meaning: 'Another command is changing the marks of this registry.' },
  IDENTITY_CODE_ARGUMENT: {
    status: 0,
    meaning:
      'An identity code stood among the words of a command, where process lists and shell histories keep it; codes come on standard input.',
  },
  OUTPUT_EXISTS: { status: 0, meaning: 'The folder to write to holds something else.' },
  NOT_SYNTHETIC: { status: 0, meaning: '--dev was asked to serve a snapshot that is not marked synthetic.' },
  PERMIT_OPENS_NOTHING: {
    status: 0,
    meaning: 'A research permit is unknown, not valid today, or no owner grants what it names.',
  },
  // Foreseeing need
  RISK_TABLE_INCOMPLETE: {
    status: 0,
    meaning: 'A registry withheld or failed to tell what a risk model is trained on or tried on.',
  },
  RISK_MODEL_INVALID: {
    status: 0,
    meaning:
      'The file of a risk model does not parse, or its parts do not fit each other, which lists every fault; or it is not the file that was registered.',
  },
  RISK_REGISTER_INVALID: {
    status: 0,
    meaning:
      'The register of risk models is damaged: an entry is missing, altered or of another form. No model serves.',
  },
  RISK_TABLE_UNFIT: {
    status: 0,
    meaning: 'There are too few children, clients or families to train a risk model on, or to evaluate one.',
  },
  // Policies and configuration
  POLICY_INVALID: {
    status: 400,
    meaning: 'A policy does not parse or does not compile; every fault is listed with its place.',
  },
  POLICY_UNSIGNED: {
    status: 409,
    meaning: 'No policy revision is signed by two people of every owner whom it concerns.',
  },
  POLICY_STALE: {
    status: 409,
    meaning:
      'A policy revision is older than one that was in force, or follows one that is in force no more.',
  },
  POLICY_EXPIRED: { status: 409, meaning: 'A policy revision has expired; what it ruled over is denied.' },
  POLICY_TOO_LARGE: {
    status: 413,
    meaning: 'A proposed policy has too many bytes, or takes too long to compile.',
  },
  POLICY_TOO_MANY: {
    status: 429,
    meaning: 'A person has so many proposals waiting for signatures that one must be withdrawn first.',
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
    meaning:
      'The gateway without identities and policies was given a supergraph of Polku, which it must not serve.',
  },
  ADDRESS_IN_USE: { status: 0, meaning: 'The port is taken.' },
  USAGE: { status: 0, meaning: 'A command was called with words it does not know.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof errorTable;
