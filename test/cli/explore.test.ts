/** The server of `svscheck explore`: who may ask it, what it answers, how it ends. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/document.js';
import type { Walk, WalkSearch } from '../../src/report/walk.js';
import type { Exploring } from './exploring.js';
import { ask, exploring } from './exploring.js';
import { inFolder, svscheck } from './run.js';

const spec = 'specs/mail/other-cpus-only.yaml';
/** Two CPUs, one of which waits for a lock of the other; a violation in 16 steps. */
const interleaved = 'specs/mail/interleaved.yaml';
/** Some 80 million states. */
const large = `title: A large one
extends: ${process.cwd()}/specs/mail/mended.yaml
machine: { cpus: 3, user-slots: 2 }
`;

/** Of `spec`, and of `interleaved`. */
let server: Exploring;
let two: Exploring;
beforeAll(async () => {
  [server, two] = await Promise.all([exploring([spec]), exploring([interleaved])]);
});
afterAll(async () => {
  for (const each of [server, two]) expect(await each.stop()).toEqual({ code: 0, err: '' });
});

const walk = async (of: Exploring, path: string): Promise<Walk> =>
  JSON.parse((await ask(of, `/api/walk?path=${path}`)).text);

/** Bytes as they are, and all that comes back. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(server.url.port), '127.0.0.1');
  socket.end(bytes);
  return await textOf(socket);
}

describe('who may ask', () => {
  it('is who has the token that was printed: 256 bits, never the same', async () => {
    const other = await exploring([spec]);
    expect(server.token).toMatch(/^[\w-]{43}$/);
    expect(other.token).not.toBe(server.token);
    await other.stop();
    for (const token of [null, '', 'x', other.token, `${server.token}x`]) {
      const { status, text } = await ask(server, '/api/search', { token });
      expect({ status, text }).toEqual({
        status: 403,
        text: '{"message":"the token is missing or wrong: open the address that svscheck printed"}',
      });
    }
    for (const [path, expected] of [
      ['/', 403],
      [`/?token=${other.token}`, 403],
      [`/?token=${server.token}`, 200],
    ] as const) {
      expect((await ask(server, path, { token: null })).status).toBe(expected);
    }
  });

  it('is asked for the token before anything else is told', async () => {
    for (const path of ['/nothing', '/api/walk?path=x', '/api/search/start']) {
      expect((await ask(server, path, { token: null })).status).toBe(403);
    }
  });

  it.each([
    ['another name', { Host: 'evil.example' }, 421],
    ['another port', { Host: '127.0.0.1:1' }, 421],
    ['another page', { Origin: 'http://evil.example' }, 403],
    ['a page without an origin', { Origin: 'null' }, 403],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['another port of this machine', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ])('is not %s, even with the token', async (_, headers, status) => {
    const answer = await ask(server, '/api/search', { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is its own page, by either name', async () => {
    for (const name of ['127.0.0.1', 'localhost']) {
      const host = `${name}:${server.url.port}`;
      const own = { Host: host, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' };
      expect((await ask(server, '/api/search', { headers: own })).status).toBe(200);
      const mixed = { ...own, Origin: `http://127.0.0.2:${server.url.port}` };
      expect((await ask(server, '/api/search', { headers: mixed })).status).toBe(403);
    }
  });

  it('is on this machine: no other address of it is listened on', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ address, family }) => family === 'IPv4' && address !== '127.0.0.1')
      .map(({ address }) => address);
    for (const address of ['127.0.0.2', '::1', ...others]) {
      const socket = connect(Number(server.url.port), address);
      await expect(once(socket, 'connect')).rejects.toThrow(
        /ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH/,
      );
    }
  });
});

describe('what is refused', () => {
  it.each([
    ['an unknown route', '/api/nothing', {}, 404],
    ['a name that every object has', '/constructor', {}, 404],
    ['a way out of the folder', '/../package.json', {}, 404],
    ['an address in full', 'http://evil.example/', {}, 404],
    ['another method', '/api/search', { method: 'POST' }, 405],
    ['HEAD', '/api/search', { method: 'HEAD' }, 405],
    ['what a foreign page would ask first', '/api/search/start', { method: 'OPTIONS' }, 405],
    ['a search that a link would begin', '/api/search/start', { method: 'GET' }, 405],
    ['a body', '/api/search/start', { method: 'POST', body: '{}' }, 413],
    ['a long address', `/api/walk?path=0:${'0.'.repeat(7000)}0`, {}, 414],
    ['a long head', '/api/search', { headers: { 'X-Long': 'x'.repeat(20_000) } }, 431],
    ['no path', '/api/walk', {}, 400],
  ])('%s', async (_, path, asked, status) => {
    const answer = await ask(server, path, asked);
    expect(answer.status).toBe(status);
    expect(answer.text.length).toBeLessThan(100);
    expect(answer.text).not.toMatch(/\.js| {4}at /);
  });

  it.each([
    ['', "'' is not a path"],
    ['0', "'0' is not a path"],
    ['1:', 'there is no initial state 1'],
    ['0:0.999', 'action 2 of the path: there is no action 999'],
    ['0:0.0', 'action 2 of the path: cpu 0: trap is not enabled there'],
    ['-1:', "'-1:' is not a path"],
    ['0:0.6.3%00', "'0:0.6.3\\x00' is not a path"],
    [`0:${'0.'.repeat(1000)}0`, 'the path has 1001 actions; a walk has 1000 at most'],
  ])('the path %j', async (path, message) => {
    const { status, text } = await ask(server, `/api/walk?path=${path}`);
    expect({ status, ...JSON.parse(text) }).toEqual({ status: 400, message });
  });

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['two lengths', 'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '400'],
    ['a request without a host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    [
      'a body of 4 GiB',
      'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4294967296\r\n\r\nx',
      '413 Payload Too Large',
    ],
    [
      'a body in chunks',
      'POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '413 Payload Too Large',
    ],
  ])('%s', async (_, bytes, says) => {
    const answer = await raw(bytes.replace('HOST', server.url.host));
    expect(answer).toContain(`HTTP/1.1 ${says}`);
    expect(answer).toContain('Connection: close');
  });

  it('more than 64 connections at a time', async () => {
    const sockets = Array.from({ length: 80 }, () => connect(Number(server.url.port), '127.0.0.1'));
    const answers = await Promise.all(sockets.map((socket) => textOf(socket).catch(() => '')));
    const held = answers.filter((answer) => answer.startsWith('HTTP/1.1 408 Request Timeout'));
    expect(held).toHaveLength(64);
    expect(answers.filter((answer) => answer === '')).toHaveLength(16);
    expect((await ask(server, '/api/search')).status).toBe(200);
  });

  it('a request that does not come to its end', async () => {
    const socket = connect(Number(server.url.port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    expect(await textOf(socket)).toBe('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  });
});

describe('every answer', () => {
  it('keeps browsers from running, framing, keeping and telling what it should not', async () => {
    const page = `/?token=${server.token}`;
    for (const path of [page, '/api/search', '/nothing']) {
      const { headers } = await ask(server, path);
      const runs =
        path === page
          ? "; script-src 'sha256-[\\w+/]{43}='; style-src 'sha256-[\\w+/]{43}='; base-uri 'none'; form-action 'none'; connect-src 'self'"
          : '';
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['content-security-policy']).toMatch(
        new RegExp(`^default-src 'none'${runs}; frame-ancestors 'none'$`),
      );
    }
  });
});

describe('a walk', () => {
  it('is told as check tells its trace, with what is violated at the end', async () => {
    const report: Report = JSON.parse(svscheck(['check', spec, '--json']).out);
    const property = report.specs[0]?.properties.find(({ result }) => result === 'violated');
    const { trace, violated } = await walk(server, '0:0.6.3');
    expect(trace).toEqual(property?.trace);
    expect(violated).toEqual([
      {
        name: 'user-slots-complete',
        claim: property?.claim,
        source: property?.source,
        conjunct: trace.conjunct,
        values: trace.values,
      },
    ]);
  });

  it('tells of each enabled action what it would change, as it is told once it is taken', async () => {
    const { enabled, violated, waiting } = await walk(server, '0:0.6');
    expect({ violated, waiting }).toEqual({ violated: [], waiting: [] });
    expect(enabled.map(({ operation, violates }) => [operation, violates])).toEqual([
      ['return', ['user-slots-complete']],
      ['context-switch(pmap 1)', []],
      ['l4-allocate(slot 1)', []],
      ['interrupt', []],
    ]);
    for (const { violates, awaits, ...told } of enabled) {
      expect(awaits).toBeNull();
      const after = await walk(server, `0:0.6.${told.action}`);
      expect(after.trace.actions.at(-1)).toEqual(told);
      expect(after.violated.map(({ name }) => name)).toEqual(violates);
    }
  });

  it('tells which steps wait, and for whom', async () => {
    let [path, found] = ['0:', await walk(two, '0:')];
    // Both CPUs trap and allocate, the first up to where it has the lock.
    for (const wanted of ['cpu 0', 'cpu 1']) {
      while (
        !found.trace.actions.some(({ cpu, label }) => cpu === wanted && label === 'lock-pmap')
      ) {
        const next = found.enabled.find(
          ({ cpu, operation }) => cpu === wanted && /^(trap|l4-alloc.*0)/.test(operation),
        );
        if (next === undefined) break;
        path += path.endsWith(':') ? `${next.action}` : `.${next.action}`;
        found = await walk(two, path);
      }
    }
    expect(found.waiting).toEqual([
      { cpu: 'cpu 1', operation: 'l4-allocate(slot 0)', label: 'lock-pmap', awaited: 'cpu 0' },
    ]);
  });
});

describe('the search', () => {
  const now = async (of: Exploring): Promise<WalkSearch> =>
    JSON.parse((await ask(of, '/api/search')).text);
  const post = (of: Exploring, what: string) => ask(of, `/api/search/${what}`, { method: 'POST' });

  it('finds what check finds, with the paths to it', async () => {
    expect((await now(two)).state).toBe('not-started');
    await post(two, 'start');
    while ((await now(two)).state !== 'ended') await sleep(50);
    const { properties, ...found } = await now(two);
    expect(found).toEqual({
      state: 'ended',
      progress: null,
      stoppedBy: null,
      statesDistinct: 24_636,
    });
    const golden = readFileSync('test/cli/golden/check-interleaved.txt', 'utf8');
    const paths = [...golden.matchAll(/--path (\S+)/g)].map(([, path]) => path);
    expect(properties.flatMap(({ path }) => path ?? [])).toEqual(paths);
    expect(paths).toHaveLength(2);
  });

  it('is cancelled while one walks on, and can begin again', async () => {
    await inFolder({ 'a.yaml': large }, async (folder) => {
      const other = await exploring(['--extends-anywhere', 'a.yaml'], folder);
      for (let round = 0; round < 2; round++) {
        await post(other, 'start');
        while ((await now(other)).progress === null) await sleep(50);
        expect((await now(other)).progress).toMatch(/ states, .*, depth \d+, .* MiB/);
        expect((await walk(other, '0:')).enabled).not.toEqual([]);
        await post(other, 'cancel');
        while ((await now(other)).state !== 'ended') await sleep(50);
        expect((await now(other)).stoppedBy).toBe('interrupted');
      }
      await post(other, 'start');
      expect(await other.stop()).toEqual({ code: 0, err: '' });
    });
  });
});

describe('the command', () => {
  it('ends with a mistake where its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, out, err } = svscheck(['explore', spec, '--port', String(port)]);
    taken.close();
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: `${spec}: error[bad-option]: port ${port} is in use by another program\n  name another with --port, or none for any that is free\n`,
    });
  });

  it.each([
    [['--port', '0'], 'It must be from 1 to 65535.'],
    [['--port', '65536'], 'It must be from 1 to 65535.'],
    [['--path', '0:99'], 'action 1 of the path: there is no action 99'],
  ])('ends with a mistake for %j', (args, says) => {
    const { code, err } = svscheck(['explore', spec, ...args]);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });

  it('begins where it is told to, and ends with 0 on being told to', async () => {
    const other = await exploring([spec, '--path', '0:0']);
    expect(other.url.hash).toBe('#0:0');
    expect(await other.stop('SIGTERM')).toEqual({ code: 0, err: '' });
  });
});
