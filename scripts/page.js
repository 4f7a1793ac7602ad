// Bundles what runs in a browser into the package, a script and a style sheet for each page; part of
// `npm run build`.
import { build } from 'esbuild';

const pages = ['report', 'explore'];

await build({
  entryPoints: pages.flatMap((page) => [`src/page/${page}.ts`, `src/page/${page}.css`]),
  outdir: 'dist/page',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome120', 'firefox121', 'safari17'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
