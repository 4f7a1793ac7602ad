/**
 * The bill of materials of a release, in CycloneDX 1.6. `npm sbom --omit dev` does not tell of what
 * development needs as well (npm/cli#7909): here of picocolors and yaml.
 */
import { dependenciesOf, purl } from './dependencies.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/**
 * It has no date and no serial number: whoever makes it again from the same tag gets the same bytes.
 *
 * @param manifest the text of package.json
 * @param lock the text of package-lock.json
 */
export function sbomOf(manifest: string, lock: string) {
  const own = JSON.parse(manifest) as Manifest;
  const dependencies = dependenciesOf(lock);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        ...named(own),
        description: own.description,
      },
    },
    components: dependencies.map((one) => ({
      type: 'library',
      ...named(one),
      scope: 'required',
      hashes: [{ alg: 'SHA-512', content: hexOf(one.integrity) }],
    })),
    // None of them has dependencies of its own; a test holds it.
    dependencies: [
      { ref: purl(own), dependsOn: dependencies.map(purl) },
      ...dependencies.map((one) => ({ ref: purl(one) })),
    ],
  };
}

const named = (one: Omit<Manifest, 'description'>) => ({
  'bom-ref': purl(one),
  name: one.name,
  version: one.version,
  licenses: [{ license: { id: one.license } }],
  purl: purl(one),
});

const hexOf = (integrity: string): string =>
  Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
