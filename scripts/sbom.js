/**
 * Writes the bill of materials of the package, in CycloneDX.
 *
 *   npm run sbom [-- FILE]  # sbom.cdx.json unless given
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { sbomOf } from '../dist/reference/sbom.js';

const [file = 'sbom.cdx.json'] = process.argv.slice(2);
const read = (name) => readFileSync(name, 'utf8');

writeFileSync(
  file,
  `${JSON.stringify(sbomOf(read('package.json'), read('package-lock.json')), null, 2)}\n`,
);
