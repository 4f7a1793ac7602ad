/** The html reporter: what the page is made of, and that nothing in it ends where it should not. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder, svscheck } from './run.js';

const hostile = '</script><script>owned()</script><!-- "&\u2028';
const spec = `extends: ${resolve('specs/mail/other-cpus-only.yaml')}
title: ${JSON.stringify(hostile)}
shows: ${JSON.stringify(`${hostile}<img src=x onerror=owned()>`)}
expect: { user-slots-complete: violated }
`;

const sha256 = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

describe('the html reporter', () => {
  it('makes a page of one policy, one style, the data and one script', async () => {
    const [html, json] = await inFolder({ 'spec.yaml': spec }, (folder) => {
      const { out, code } = svscheck(
        ['check', '--extends-anywhere', 'spec.yaml', '--json', '--reporter', 'html=page.html'],
        folder,
      );
      expect(code).toBe(0);
      return [readFileSync(join(folder, 'page.html'), 'utf8'), JSON.parse(out)];
    });
    const [head = '', body = ''] = html.split('</head>\n');
    const [, title = '', style = ''] =
      /<title>([\s\S]*)<\/title>\n<style>([\s\S]*)<\/style>\n$/.exec(head) ?? [];
    const [, data = '', script = ''] =
      /^<body>\n<noscript>[^<]*<\/noscript>\n<script type="application\/json" id="data">([^<]*)<\/script>\n<script>([\s\S]*)<\/script>\n<\/body>\n<\/html>\n$/.exec(
        body,
      ) ?? [];
    expect(script).not.toMatch(/<\/script|<!--/i);
    expect(style).not.toMatch(/<\/style|<!--|url\(|@import/i);
    expect(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(head)?.[1]).toBe(
      [
        "default-src 'none'",
        `script-src '${sha256(script)}'`,
        `style-src '${sha256(style)}'`,
        "base-uri 'none'",
        "form-action 'none'",
      ].join('; '),
    );
    expect(title).toBe(
      '&#60;/script&#62;&#60;script&#62;owned()&#60;/script&#62;&#60;!-- &#34;&#38;\u2028',
    );
    expect(data).not.toContain('\u2028');
    expect(JSON.parse(data)).toEqual(json);
    expect(json.specs[0].title).toBe(hostile);
    expect(html.split('owned()').length - 1).toBe(4);
    expect(html).not.toContain('<img');
  });

  it('is told of mistakes, and can have standard output', () => {
    const { out, code } = svscheck([
      'check',
      '--extends-anywhere',
      'nowhere.yaml',
      '--reporter',
      'html',
    ]);
    expect(code).toBe(2);
    expect(out.split('\n')[0]).toBe('<!doctype html>');
    expect(out).toContain('"code":"file-missing","file":"nowhere.yaml"');
  });
});
