/** The packages that an installation brings along, as package-lock.json has them. */

export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** An SPDX identifier. */
  readonly license: string;
  /** `sha512-` and the digest of its tarball, in base64. */
  readonly integrity: string;
}

interface Lock {
  /** By folder; what only development needs is marked. */
  readonly packages: Readonly<
    Record<string, Omit<Dependency, 'name'> & { readonly dev?: boolean }>
  >;
}

const folder = 'node_modules/';

/** @param lock the text of package-lock.json */
export function dependenciesOf(lock: string): Dependency[] {
  const { packages } = JSON.parse(lock) as Lock;
  return Object.entries(packages)
    .filter(([path, { dev = false }]) => path !== '' && !dev)
    .map(([path, { version, license, integrity }]) => ({
      name: path.slice(path.lastIndexOf(folder) + folder.length),
      version,
      license,
      integrity,
    }));
}

/** How other programs name a version of a package. */
export const purl = ({ name, version }: Pick<Dependency, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;
