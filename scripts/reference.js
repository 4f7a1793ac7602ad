/**
 * Writes what documents tell of the code into them, between their marks; a test holds them to it.
 *
 *   npm run reference
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pagesOf } from '../dist/report/reference.js';

for (const [file, text] of Object.entries(pagesOf((name) => readFileSync(name, 'utf8')))) {
  writeFileSync(file, text);
}
