import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify } from 'jose';

/** How a server behaves otherwise than it should, or than most do. */
export interface BulkFaults {
  /** Answers to questions for the status, in turn, before the export is ready: a status and Retry-After. */
  readonly waits?: readonly (readonly [status: number, retryAfter?: string])[];
  /** Refuses a token after this many uses, as if it had expired. */
  readonly tokenSeconds?: number;
  /** An OperationOutcome in the report of the export. */
  readonly outcome?: 'error' | 'information';
  /** Counts one resource too many. */
  readonly miscounts?: boolean;
  /** The connection ends within a file. */
  readonly cutsFiles?: boolean;
  /** Files are on another server. */
  readonly filesElsewhere?: string;
  /** Every answer to an export is a redirection there. */
  readonly redirectsTo?: string;
  /** The status of the answer to the request for an export. */
  readonly refusesWith?: number;
  /** The body of a manifest in place of the right one. */
  readonly manifest?: string;
  readonly withoutSmart?: boolean;
}

interface Job {
  readonly types: readonly string[];
  asked: number;
}

const CLIENT = 'polku';

/**
 * A small server of FHIR Bulk Data Access 2.0 with SMART Backend Services. It holds clients to what the
 * specifications ask of them; what a client does wrong is in `complaints`.
 */
export class BulkServer {
  readonly complaints: string[] = [];
  readonly deleted: string[] = [];
  /** Scopes of tokens that were given. */
  readonly scopes: string[] = [];
  faults: BulkFaults = {};
  private readonly tokens = new Map<string, number>();
  private readonly assertions = new Set<string>();
  private readonly jobs: Job[] = [];

  private constructor(
    private readonly server: Server,
    private readonly publicKey: JWK,
    /** Type of resource -> the lines of each file. */
    readonly files: Map<string, readonly (readonly string[])[]>,
    /** The secret with which Polku connects. */
    readonly connection: Readonly<Record<string, unknown>>,
  ) {}

  static async start(algorithm: 'RS384' | 'ES384' = 'ES384'): Promise<BulkServer> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const key = { ...(await exportJWK(privateKey)), alg: algorithm, kid: 'k1' };
    const started = new BulkServer(server, { ...(await exportJWK(publicKey)), alg: algorithm }, new Map(), {
      server: `http://127.0.0.1:${port}/fhir`,
      clientId: CLIENT,
      key,
    });
    server.on('request', (request, response) => {
      started.answer(request, response).catch(() => response.writeHead(500).end());
    });
    return started;
  }

  get origin(): string {
    return new URL(String(this.connection['server'])).origin;
  }

  /** How often a client asked whether an export is ready. */
  get questions(): number {
    return this.jobs.reduce((sum, { asked }) => sum + asked, 0);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.origin);
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    if (url.pathname === '/fhir/.well-known/smart-configuration')
      return void (this.faults.withoutSmart
        ? response.writeHead(404).end()
        : json(200, {
            token_endpoint: `${this.origin}/token`,
            token_endpoint_auth_methods_supported: ['private_key_jwt'],
            scopes_supported: ['system/*.rs'],
          }));
    if (url.pathname === '/token') return this.giveToken(request, json);
    if (!this.isAuthorized(request)) return void json(401, { resourceType: 'OperationOutcome' });
    if (url.pathname === '/fhir/$export') return this.begin(request, url, response);
    const [, kind, job, type, index] = url.pathname.split('/');
    if (kind === 'status' && request.method === 'DELETE') {
      this.deleted.push(job!);
      return void response.writeHead(202).end();
    }
    if (kind === 'status') return this.status(Number(job), response, json);
    if (kind === 'file') return this.sendFile(request, type!, Number(index), response);
    response.writeHead(404).end();
  }

  private async giveToken(
    request: IncomingMessage,
    json: (status: number, body: unknown) => unknown,
  ): Promise<void> {
    const chunks = (await request.toArray()) as Buffer[];
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    try {
      const { payload, protectedHeader } = await jwtVerify(
        form.get('client_assertion') ?? '',
        await importJWK(this.publicKey),
        { audience: `${this.origin}/token`, issuer: CLIENT, subject: CLIENT, requiredClaims: ['jti', 'exp'] },
      );
      if (form.get('grant_type') !== 'client_credentials') throw new Error('grant_type');
      if (payload.exp! > Date.now() / 1000 + 300) throw new Error('The assertion lives over five minutes.');
      if (this.assertions.has(payload.jti!)) throw new Error('The assertion was used before.');
      if (protectedHeader.kid !== 'k1') throw new Error('kid');
      this.assertions.add(payload.jti!);
    } catch (cause) {
      this.complaints.push(String(cause));
      json(401, { error: 'invalid_client' });
      return;
    }
    const token = `t-${this.tokens.size}`;
    const seconds = this.faults.tokenSeconds ?? 300;
    this.tokens.set(token, Date.now() + seconds * 1000);
    this.scopes.push(form.get('scope') ?? '');
    json(200, { access_token: token, token_type: 'bearer', expires_in: seconds });
  }

  private isAuthorized({ headers }: IncomingMessage): boolean {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    return (this.tokens.get(token) ?? 0) > Date.now();
  }

  private begin({ headers }: IncomingMessage, url: URL, response: ServerResponse): void {
    const { redirectsTo, refusesWith } = this.faults;
    if (redirectsTo) return void response.writeHead(302, { location: redirectsTo }).end();
    if (refusesWith) return void response.writeHead(refusesWith).end('240271-9502');
    if (headers.prefer !== 'respond-async') this.complaints.push('Prefer is not respond-async.');
    if (headers.accept !== 'application/fhir+json')
      this.complaints.push('Accept is not application/fhir+json.');
    this.jobs.push({ types: url.searchParams.get('_type')!.split(','), asked: 0 });
    const location = `${this.origin}/status/${this.jobs.length - 1}`;
    response.writeHead(202, { 'content-location': location }).end();
  }

  private status(
    id: number,
    response: ServerResponse,
    json: (status: number, body: unknown) => unknown,
  ): void {
    const job = this.jobs[id]!;
    const wait = (this.faults.waits ?? [[202, '0']])[job.asked++];
    if (wait) {
      const [status, retryAfter] = wait;
      return void response
        .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        .end();
    }
    if (this.faults.manifest !== undefined)
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(this.faults.manifest);
    const base = `${this.faults.filesElsewhere ?? this.origin}/file/${id}`;
    const more = this.faults.miscounts ? 1 : 0;
    json(200, {
      transactionTime: '2026-01-01T00:00:00Z',
      request: `${this.origin}/fhir/$export`,
      requiresAccessToken: true,
      output: job.types.flatMap((type) =>
        (this.files.get(type) ?? []).map((lines, index) => ({
          type,
          url: `${base}/${type}/${index}`,
          count: lines.length + more,
        })),
      ),
      error: this.faults.outcome ? [{ type: 'OperationOutcome', url: `${base}/OperationOutcome/0` }] : [],
    });
  }

  private sendFile(
    { headers }: IncomingMessage,
    type: string,
    index: number,
    response: ServerResponse,
  ): void {
    if (headers.accept !== 'application/fhir+ndjson')
      this.complaints.push('Accept is not application/fhir+ndjson.');
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: this.faults.outcome }] };
    const lines = type === 'OperationOutcome' ? [JSON.stringify(outcome)] : this.files.get(type)![index]!;
    const text = lines.map((line) => `${line}\n`).join('');
    response.writeHead(200, {
      'content-type': 'application/fhir+ndjson',
      'content-length': Buffer.byteLength(text),
    });
    if (!this.faults.cutsFiles) return void response.end(text);
    response.write(text.slice(0, -20), () => response.destroy());
  }
}
