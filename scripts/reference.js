/**
 * Writes the schema of specs, and what documents tell of the code between their marks; a test holds
 * them to it.
 *
 *   npm run reference
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pagesOf } from '../dist/reference/pages.js';

for (const [file, text] of Object.entries(pagesOf((name) => readFileSync(name, 'utf8')))) {
  writeFileSync(file, text);
}
