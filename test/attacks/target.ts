import { connect } from 'node:net';
import type { HostileRegistry } from '../city/hostileRegistry.js';
import type { TestIssuer } from '../city/productionCity.js';
import { type Answer, readAnswer } from './answer.js';
import { type Requester, requestersOf, type Tokens } from './requester.js';
import { NotApplicable } from './attack.js';
import { KnownGraph } from './knownGraph.js';
import { readSight, type Sight } from './sight.js';

/** A slower answer counts as none: the gateway hangs. */
const PATIENCE_MS = 20_000;

export interface Question {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry with its own port, and a captured request of its gateway to it. */
export interface RegistryPort {
  readonly name: string;
  readonly url: string;
  readonly overheard?: { readonly body: string; readonly context: string; readonly authorization: string };
}

/** A registry that the attackers run and that the gateway accepts as one of its registries. */
export type Imposter = Pick<HostileRegistry, 'name' | 'sdl' | 'polls' | 'received'>;

/** An identity provider that the gateway trusts, and that signs any token for attackers. */
export type IdentityProvider = Pick<TestIssuer, 'sign'>;

/** A live gateway, with the means of its attackers: tokens of some of its users, and its source code. */
export class Target {
  readonly graph = KnownGraph.committed();
  readonly requesters: readonly Requester[];
  readonly #sights = new Map<Requester, Promise<Sight>>();

  constructor(
    readonly url: URL,
    readonly tokens: Tokens,
    readonly registries: readonly RegistryPort[] = [],
    readonly imposter?: Imposter,
    readonly issuer?: IdentityProvider,
  ) {
    this.requesters = requestersOf(tokens);
  }

  /** Sends a request as a client does. */
  ask(requester: Requester, question: string | Question): Promise<Answer> {
    const { headers, ...body } = typeof question === 'string' ? { query: question } : question;
    return this.send({
      headers: { ...headersOf(requester), ...(headers as Record<string, string> | undefined) },
      body: JSON.stringify(body),
    });
  }

  /** Sends any request. */
  async send(request: {
    readonly method?: string;
    readonly path?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
  }): Promise<Answer> {
    const { method = 'POST', path = '/graphql', headers, body } = request;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return readAnswer(
      await fetch(new URL(path, this.url), { method, headers, signal, ...(body !== undefined && { body }) }),
    );
  }

  /**
   * Sends raw bytes that no client library would send.
   * @throws NotApplicable over TLS
   */
  sendBytes(bytes: string): Promise<string> {
    const { protocol, hostname, port } = this.url;
    if (protocol !== 'http:') throw new NotApplicable('bytes are sent over plain HTTP only');
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''));
      let text = '';
      socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('timeout')));
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.once('error', reject).once('close', () => resolve(text));
      socket.write(bytes);
    });
  }

  /** What a requester may see, as the gateway reports it. */
  sight(requester: Requester): Promise<Sight> {
    const known = this.#sights.get(requester);
    if (known) return known;
    const sight = readSight(this, requester);
    this.#sights.set(requester, sight);
    return sight;
  }

  /** The requesters with what each may see. */
  async sights(): Promise<readonly Sight[]> {
    const sights: Sight[] = [];
    for (const requester of this.requesters) sights.push(await this.sight(requester));
    return sights;
  }

  /**
   * The requesters who may see all of these coordinates.
   * @throws NotApplicable when there is none
   */
  async whoSee(...coordinates: readonly string[]): Promise<readonly [Sight, ...Sight[]]> {
    const [first, ...others] = (await this.sights()).filter((sight) =>
      coordinates.every((coordinate) => sight.shows(coordinate)),
    );
    if (!first) throw new NotApplicable(`none of the tokens may see ${coordinates.join(' and ')}`);
    return [first, ...others];
  }
}

/** The headers that carry the identity of a requester. */
export function headersOf({ token, purpose }: Requester): Record<string, string> {
  return {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'purpose-of-use': purpose,
  };
}
