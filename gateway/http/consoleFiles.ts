import { readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { secureHeaders } from '../../federation/http/respond.js';

/** Files of other kinds, such as notes of licences, are not served. */
const SERVED = /\.(html|js|css|json|map|svg|png|ico|ttf|woff2)$/;

/** esbuild writes a hash of the content into the names in this folder (console/build.mjs). */
const HASHED = /^\/assets\/.+-[A-Z0-9]{8}\.\w+$/;

/** The console works without internet: everything that it loads or calls is on this server. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers with a file of the console; returns whether there is one of this path. */
export type ConsoleFiles = (request: IncomingMessage, response: ServerResponse, pathname: string) => boolean;

/**
 * Serves the built console as it is now. Its files are listed once, and a path selects from that list: dots
 * and encodings never lead out of the folder, and neither do links, which are not listed.
 */
export function openConsoleFiles(folder: string): ConsoleFiles {
  const known = new Set(pathsIn(folder));
  const serve = sirv(folder, { etag: true, gzip: true, brotli: true, extensions: ['html'] });
  return (request, response, pathname) => {
    const path = pathname === '/' ? '/index.html' : decoded(pathname);
    if (path === undefined || !known.has(path)) return false;
    // sirv tells versions apart by size and time. Two releases may have the same of both, and a page of the
    // earlier one asks for scripts that are gone.
    if (!HASHED.test(path)) delete request.headers['if-none-match'];
    // A part of a file is of no use to a browser here, and sirv does not check the numbers.
    delete request.headers.range;
    const headers = {
      ...secureHeaders,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // A file that is gone or cannot be opened ends this answer only, and an answer that ends closes its file.
    response.once('pipe', (file: NodeJS.ReadableStream & { destroy(): void }) => {
      file.once('error', () => response.destroy());
      response.once('close', () => file.destroy());
    });
    let isServed = true;
    serve(request, response, () => {
      isServed = false;
    });
    return isServed;
  };
}

/**
 * The paths of the files below a folder, without links. `readdir` with `recursive` follows links to folders
 * from Node.js 26 on.
 */
function pathsIn(folder: string, path = ''): readonly string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const found = `${path}/${entry.name}`;
    if (entry.isDirectory()) return pathsIn(folder, found);
    return entry.isFile() && SERVED.test(entry.name) ? [found] : [];
  });
}

function decoded(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}
