// Writes the JSON Schema of spec files into the package; part of `npm run build`.
import { chmodSync, writeFileSync } from 'node:fs';
import { specSchema } from '../dist/spec/format.js';

writeFileSync('dist/spec.schema.json', `${JSON.stringify(specSchema(), null, 2)}\n`);
chmodSync('dist/cli.js', 0o755);
