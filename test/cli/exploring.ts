/** `svscheck explore`, running: for the tests of its server and of its page. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface Exploring {
  /** As it is printed. */
  readonly url: URL;
  readonly token: string;
  readonly pid: number;
  /** Sends the server a signal. @returns its exit code, and all that it wrote on standard error */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; err: string }>;
}

export async function exploring(args: readonly string[], cwd = '.'): Promise<Exploring> {
  const child = spawn(process.execPath, [resolve('dist/cli.js'), 'explore', ...args], { cwd });
  let err = '';
  child.stderr.on('data', (data) => {
    err += data;
  });
  const closed = once(child, 'close');
  const first = once(createInterface(child.stdout), 'line');
  const [line] = await Promise.race([first, closed.then(() => Promise.reject(new Error(err)))]);
  const url = new URL(line as string);
  return {
    url,
    token: url.searchParams.get('token') ?? '',
    pid: child.pid ?? 0,
    stop: async (signal = 'SIGINT') => {
      child.kill(signal);
      const [code] = await closed;
      return { code, err };
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** The server's own unless given; null sends none. */
  readonly token: string | null;
}

/** Asks the server, with headers that no browser would send and a body that nobody should. */
export async function ask(
  server: Exploring,
  path: string,
  { method = 'GET', headers = {}, body = '', token = server.token }: Partial<Asked> = {},
): Promise<Answer> {
  const bearer = token === null ? {} : { Authorization: `Bearer ${token}` };
  const { port } = server.url;
  const given = { ...bearer, ...headers };
  const asked = request({ host: '127.0.0.1', port, path, method, headers: given, agent: false });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
