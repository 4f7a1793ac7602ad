/** Requests to the explorer's page from whoever has no token: refused, whatever is in them. */
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ask, exploring } from '../cli/exploring.js';

const { FUZZ_CASES, FUZZ_SEED = '1' } = process.env;
/** Enough for an answer of each kind. */
const cases = Math.max(1000, Number(FUZZ_CASES ?? 0));

const words = {
  method: ['GET', 'POST', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'PRI', 'get', '', 'M-SEARCH'],
  path: [
    ...['/', '*', '', '//', '/?token=', '/?token=x&token=y', '/?token=%', '/api/walk?path=0:'],
    ...['/api/search', '/api/search/start', '/__proto__', '/../etc/passwd', '/%2e%2e/%00', 'HOST'],
    ...['http://evil.example/', `/${'a'.repeat(13_000)}`, `/${'a'.repeat(60_000)}`, '/\u00ff'],
  ],
  version: ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''],
  header: [
    ...['Host: HOST', 'Host: evil.example', 'Host: HOST.evil.example', 'Host:', 'Host : HOST'],
    ...['Origin: http://HOST', 'Origin: null', 'Origin: http://evil.example', 'Connection: close'],
    ...['Authorization: Bearer x', 'Authorization: Bearer ', 'Authorization: Basic eDp4'],
    ...['Content-Length: 5', 'Content-Length: -1', 'Content-Length: 99999999999999999999'],
    ...['Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'Expect: 100-continue', 'Expect: x'],
    ...['Upgrade: websocket', 'Connection: Upgrade', 'Upgrade: h2c', 'X\0: y', ': x', ' folded'],
    ...['Sec-Fetch-Site: cross-site', `X: ${'x'.repeat(20_000)}`, 'Cookie: token=x', 'X: \u202e'],
  ],
  end: [
    '\r\n\r\n',
    '\r\n\r\n',
    '\n\n',
    '\r\n',
    '',
    '\r\n\r\nhello',
    '\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ],
};
const oneOf = (list: readonly string[]) => fc.constantFrom(...list);
const written = fc
  .record({
    method: oneOf(words.method),
    path: oneOf(words.path),
    version: oneOf(words.version),
    headers: fc.array(oneOf(words.header), { maxLength: 3 }),
    end: oneOf(words.end),
  })
  .map(({ method, path, version, headers, end }) =>
    [`${method} ${path} ${version}`, 'Host: HOST', ...headers].join('\r\n').concat(end),
  );
const requests = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(written, { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\0'.repeat(100_000), '\r\n'.repeat(50_000), '\x16\x03\x01'),
  },
);

it('are refused, and the page is there for who has it', async () => {
  const server = await exploring(['specs/mail/other-cpus-only.yaml']);
  const seen = new Set<string>();
  const property = fc.asyncProperty(requests, async (bytes) => {
    const socket = connect(Number(server.url.port), '127.0.0.1');
    // What it answers to the beginning is enough: it need not read the rest.
    socket.on('error', () => {});
    socket.end(bytes.replaceAll('HOST', server.url.host));
    const answer = await textOf(socket).catch(() => '');
    for (const [, status = ''] of answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)) {
      expect(status).toMatch(/^(100|4\d\d)$/);
      seen.add(status);
    }
    expect(answer).not.toMatch(/\.js|\n {4}at /);
  });
  await fc.assert(property, { seed: Number(FUZZ_SEED), numRuns: cases });
  expect([...seen]).toEqual(expect.arrayContaining(['400', '403', '413', '421', '431']));
  expect((await ask(server, '/api/search')).status).toBe(200);
  expect(await server.stop()).toEqual({ code: 0, err: '' });
}, 900_000);
