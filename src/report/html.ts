/**
 * A report as one page that needs nothing else: the document as data, and the script and the style
 * sheet that `npm run build` bundles from src/page. The page's policy lets nothing else run or load.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Report } from './document.js';

export function htmlText(report: Report): string {
  const titles = report.specs.map(({ title }) => title);
  const title = titles.length === 1 ? (titles[0] ?? '') : suiteTitle(report);
  return pageOf('report', title, report).html;
}

const suiteTitle = ({ files }: Report): string =>
  files.length === 0 ? 'svscheck' : `${files.length} specs, checked by svscheck`;

/** A page, and what a browser may run and load in it. */
export interface Page {
  readonly html: string;
  /** As a Content-Security-Policy; it is in the page as well. */
  readonly policy: string;
}

/** A page of src/page, with its data. `loads` are the parts of its policy that let it load more. */
export function pageOf(
  name: string,
  title: string,
  data: object,
  loads: readonly string[] = [],
): Page {
  const script = bundled(`${name}.js`);
  const style = bundled(`${name}.css`);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    ...loads,
  ].join('; ');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="svscheck">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page is drawn by a script that it contains. Without scripts, read what svscheck check prints.</noscript>
<script type="application/json" id="data">${jsonForScript(data)}</script>
<script>${script}</script>
</body>
</html>`;
  return { html, policy };
}

/** Nothing in the data can end the element that it is in. */
const jsonForScript = (data: object): string =>
  JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Throws where the program was not built whole, or a bundle could end the element that it is in. */
function bundled(file: string): string {
  const text = readFileSync(new URL(`../../dist/page/${file}`, import.meta.url), 'utf8').trim();
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error(`${file} cannot stand in a page`);
  return text;
}

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;
