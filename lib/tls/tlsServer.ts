import { constants, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { PolkuError } from '../errors.js';
import type { Log } from '../log.js';
import type { CertificateFiles } from './authorityFolder.js';
import { namesOf } from './certificateText.js';
import { LiveTlsFiles } from './liveTlsFiles.js';
import { TLS_VERSION } from './tlsClient.js';
import { clientFault, wrongClientName } from './tlsFaults.js';

/** What a server proves, and what its clients must prove. */
export interface ServerTls extends CertificateFiles {
  /** The file of the authorities that certify clients (PEM). Without it, clients need no certificate. */
  readonly clientAuthority?: string | undefined;
  /** The names of clients that may connect: DNS names or URIs of their certificates. */
  readonly clientNames?: readonly string[] | undefined;
}

export interface TlsServer {
  readonly server: Server;
  /** Why the client of a request may not ask; undefined if it may. */
  clientFaultOf(request: IncomingMessage): PolkuError | undefined;
  /** Ends the watch of the files. */
  stopWatching(): void;
}

interface TlsReports {
  /** Gets lines about the files of certificates. */
  readonly log: Log;
  /** Receives clients that were refused in the handshake. */
  readonly refused: (fault: PolkuError) => void;
}

/**
 * Creates a server for TLS 1.3. New files of certificates apply to new connections; a connection from before
 * ends with its next answer, so that no request is lost.
 * @throws PolkuError TLS_FILE_INVALID, TLS_KEY_MISMATCH, TLS_CERTIFICATE_EXPIRED
 */
export async function createTlsServer(
  { certificate, key, clientAuthority, clientNames = [] }: ServerTls,
  limits: ServerOptions,
  listener: RequestListener,
  { log, refused }: TlsReports,
): Promise<TlsServer> {
  const live = await LiveTlsFiles.open({ certificate, key, authority: clientAuthority }, log);
  const needsClient = clientAuthority !== undefined;
  let generation = 0;
  const generations = new WeakMap<object, number>();
  const server = createServer(
    {
      ...limits,
      ...contextOf(live),
      ...(needsClient && {
        requestCert: true,
        rejectUnauthorized: true,
      }),
    },
    (request, response) => {
      if (generations.get(request.socket) !== generation) response.shouldKeepAlive = false;
      listener(request, response);
    },
  );
  server.on('secureConnection', (socket) => generations.set(socket, generation));
  live.onChange(() => {
    generation += 1;
    server.setSecureContext(contextOf(live));
  });
  if (needsClient)
    server.on('tlsClientError', (error, socket) => {
      const fault = clientFault(socket.authorizationError ?? error, peerOf(socket));
      if (fault) refused(fault);
    });
  const accepted = new Set(clientNames.map(normalised));
  return {
    server,
    clientFaultOf({ socket }) {
      if (!needsClient) return undefined;
      const peer = peerOf(socket as TLSSocket);
      const isListed = peer !== undefined && namesOf(peer).some((name) => accepted.has(normalised(name)));
      return isListed ? undefined : wrongClientName(peer);
    },
    stopWatching: () => live.close(),
  };
}

/** Sessions are not resumed, because a resumed one does not check the client's certificate again. */
function contextOf({ material: { cert, key, ca } }: LiveTlsFiles): SecureContextOptions {
  return {
    cert: cert!,
    key: key!,
    ...(ca !== undefined && { ca, secureOptions: constants.SSL_OP_NO_TICKET }),
    minVersion: TLS_VERSION,
  };
}

function peerOf(socket: TLSSocket): X509Certificate | undefined {
  return socket.getPeerX509Certificate?.();
}

/** DNS names are the same in capitals (RFC 4343); URIs are not. */
function normalised(name: string): string {
  return name.includes('://') ? name : name.toLowerCase();
}
