/**
 * A server for a page on this machine, and for nobody else: it listens on loopback alone, and who
 * asks must know its token. Another user of the machine does not, nor does a page of the web, which
 * moreover can neither read answers (there are no CORS headers) nor ask under another name: Host and
 * Origin must be the server's own.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Page } from '../report/html.js';
import { printError } from './output.js';

const address = '127.0.0.1';
/** Bytes of a random token. */
const tokenBytes = 32;
/** Letters of a request's path and query, at most; its head has 16 KiB at most. */
const urlMax = 12 * 1024;
/** Milliseconds that a request may take to arrive. */
const arrivalMax = 3000;
const connectionsMax = 64;

/** A request that is answered with JSON. A route may throw Refusal. */
export interface Route {
  readonly method: 'GET' | 'POST';
  answer(query: URLSearchParams): object;
}

/** Why a request is not answered, in a sentence for whoever sent it. */
export class Refusal extends Error {
  /** @param status of HTTP, 400 to 499 */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface LocalServer {
  /** The page's address, with its token. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a page at `/` and routes by their path. No request has a body.
 *
 * @param port 0 for any that is free
 * Rejects with what listening came to, such as EADDRINUSE.
 */
export async function serveLocally(
  page: Page,
  routes: Readonly<Record<string, Route>>,
  port: number,
): Promise<LocalServer> {
  const token = randomBytes(tokenBytes).toString('base64url');
  const server = createServer({
    headersTimeout: arrivalMax,
    requestTimeout: arrivalMax,
    connectionsCheckingInterval: 500,
  });
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const origins = [address, 'localhost'].map((name) => new URL(`http://${name}:${taken}`));
  server.on('request', (request, response) => {
    try {
      checkSender(request, origins);
      const [path = '', ...query] = (request.url ?? '').split('?');
      const asked = new URLSearchParams(query.join('?'));
      const isPage = path === '/';
      const given = isPage ? asked.get('token') : bearer(request);
      checkToken(given ?? '', token);
      const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
      if (!isPage && route === undefined) throw new Refusal(404, 'there is nothing here');
      const method = route?.method ?? 'GET';
      if (request.method !== method) throw new Refusal(405, `only ${method} is answered here`);
      if (route === undefined) send(response, 200, 'text/html', page.html, page.policy);
      else send(response, 200, 'application/json', JSON.stringify(route.answer(asked)));
    } catch (error) {
      if (!(error instanceof Refusal)) printError(`internal error: ${(error as Error).stack}`);
      const { status, message } =
        error instanceof Refusal ? error : { status: 500, message: 'internal error' };
      // What may follow, a body, is not read.
      response.setHeader('Connection', 'close');
      send(response, status, 'application/json', JSON.stringify({ message }));
    }
  });
  server.on('clientError', refuseUnread);
  return {
    url: `${origins[0]?.href}?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Throws Refusal unless a request comes from the server's own page, or from the address bar. */
function checkSender({ headers, url = '' }: IncomingMessage, origins: readonly URL[]): void {
  const own = origins.find(({ host }) => host === headers.host);
  if (own === undefined) throw new Refusal(421, 'this server has another name');
  if (headers.origin !== undefined && headers.origin !== own.origin) {
    throw new Refusal(403, 'another page may not ask');
  }
  // `none` is an address that was typed, or opened from a terminal.
  const site = headers['sec-fetch-site'] ?? 'none';
  if (site !== 'same-origin' && site !== 'none') {
    throw new Refusal(403, 'another page may not ask');
  }
  if (url.length > urlMax) throw new Refusal(414, `an address has ${urlMax} letters at most`);
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    throw new Refusal(413, 'a request has no body');
  }
}

const bearer = ({ headers: { authorization = '' } }: IncomingMessage): string | undefined =>
  /^Bearer (.+)$/.exec(authorization)?.[1];

/** Compared by their hashes: how long it takes tells nothing of where they differ. */
function checkToken(given: string, token: string): void {
  const [one, other] = [given, token].map((text) => createHash('sha256').update(text).digest());
  if (one === undefined || other === undefined || !timingSafeEqual(one, other)) {
    throw new Refusal(403, 'the token is missing or wrong: open the address that svscheck printed');
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  policy = "default-src 'none'",
): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(text),
    'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** What is no HTTP, is too long to be read, or does not come to its end. */
function refuseUnread({ code }: NodeJS.ErrnoException, socket: Socket): void {
  const status =
    code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  else socket.destroy();
}
