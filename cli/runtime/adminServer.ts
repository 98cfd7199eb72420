import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { respond } from '../../federation/http/respond.js';
import { type HttpServer, serveHttp } from '../../lib/httpServer.js';
import type { Log } from '../../lib/log.js';
import type { AdminConfiguration } from '../configuration/configuration.js';

/** What the admin listener answers at an address. */
export interface AdminPage {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export type AdminPages = Readonly<Record<string, () => AdminPage | Promise<AdminPage>>>;

const REQUEST_MS = 10_000;
const TEXT = 'text/plain; charset=utf-8';

/**
 * Serves pages about the process to operators, apart from what it serves to others. No page has personal
 * data.
 * @param pages by path, such as `/metrics`
 * @param log gets an error of a page; its reader gets no details
 * @returns undefined if no port is configured
 * @throws PolkuError USAGE, ADDRESS_IN_USE
 */
export async function serveAdmin(
  { host, port, tls }: AdminConfiguration,
  pages: AdminPages,
  log: Log,
): Promise<HttpServer | undefined> {
  if (port === undefined) return undefined;
  const answer = async ({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path] = url!.split('?');
    const page = Object.hasOwn(pages, path!) ? pages[path!] : undefined;
    if (!page) return respond(response, 404, { 'content-type': TEXT }, `${Object.keys(pages).join('\n')}\n`);
    if (method !== 'GET' && method !== 'HEAD') return respond(response, 405, { allow: 'GET, HEAD' }, '');
    const { status, contentType, text } = await page();
    respond(response, status, { 'content-type': contentType }, text);
  };
  return serveHttp(
    (request, response) =>
      void answer(request, response).catch((fault: unknown) => {
        log.fault('fault', fault);
        if (response.headersSent) response.destroy();
        else respond(response, 500, { 'content-type': TEXT }, 'This page failed; the log has the reason.\n');
      }),
    { host, port, tls },
    { requestMs: REQUEST_MS, drainMs: 0, log },
  );
}

/** The page that Prometheus scrapes. */
export async function scrapePage(registry: Registry): Promise<AdminPage> {
  return { status: 200, contentType: registry.contentType, text: await registry.metrics() };
}
