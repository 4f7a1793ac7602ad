/** Faults in what a search leaves for others. */

const archive = (title) => ({ test: 'test/explorer/archive.test.ts', title });
const certificate = (title) => ({ test: 'test/cli/certificate.test.ts', title });

/** Files: archives, checkpoints, searches on disk. */
const files = [
  {
    name: 'the last piece of the file of states is not looked through',
    file: 'src/explorer/disk.ts',
    find: 'if (first >= total || crew.stopped !== null) return;',
    replace: 'if (first + readTogether > total || crew.stopped !== null) return;',
    ...archive('has each state in its file once'),
  },
  {
    name: 'marks of known states stay for those of the next level',
    file: 'src/explorer/disk.ts',
    find: 'marks.fill(0, 0, Math.ceil(rows / 32));',
    replace: '',
    ...archive('has each state in its file once'),
  },
  {
    name: 'an archive is taken with states of another digest',
    file: 'src/explorer/archive.ts',
    find: 'if (this.digestOfRows(first, part.rows) !== part.digest) {',
    replace: "if (this.digestOfRows(first, part.rows) === '') {",
    ...archive('goes on from an earlier level when what was written last is damaged'),
  },
  {
    name: 'an archive is taken with contents of another digest',
    file: 'src/explorer/archive.ts',
    find: 'digest !== digestOf(text)',
    replace: "digestOf(text) === digest + '.'",
    ...archive('goes on from the contents before when a count in the last was changed'),
  },
  {
    name: 'an archive of another spec is gone on from',
    file: 'src/explorer/archive.ts',
    find: 'if (search !== owner.search || words !== wordsNow) {',
    replace: 'if (search !== owner.search && words !== wordsNow) {',
    ...archive('is refused when it is of another search'),
  },
  {
    name: 'two processes use one archive',
    file: 'src/explorer/archive.ts',
    find: 'if (isRunning(pid)) {',
    replace: 'if (isRunning(pid) && pid < 0) {',
    ...archive('is refused while another process uses it'),
  },
  {
    name: 'a search that is gone on with forgets how often steps were taken',
    file: 'src/explorer/expand.ts',
    find: 'this.addFired(fired, 1);',
    replace: 'this.addFired(fired.slice(0, 0), 1);',
    ...archive('goes on twice, from within a level each time'),
  },
  {
    name: 'a search that is gone on with forgets what was violated',
    file: 'src/explorer/search.ts',
    find: 'violated: [...findings.violated],',
    replace: 'violated: findings.violated.map(() => null),',
    ...archive('goes on twice, from within a level each time'),
  },
  {
    name: 'a search that is gone on with reads the first level for each level',
    file: 'src/explorer/search.ts',
    find: 'archive.read(row + done, rows.subarray(0, count * system.words));',
    replace: 'archive.read(row * 0 + done, rows.subarray(0, count * system.words));',
    ...archive('goes on twice, from within a level each time'),
  },
  {
    name: 'a search that is gone on with begins a level too deep',
    file: 'src/explorer/search.ts',
    find: 'this.depth = from.levels.length - 1;',
    replace: 'this.depth = from.levels.length;',
    ...archive('goes on twice, from within a level each time'),
  },
];

/** Certificates. */
const certificates = [
  {
    name: 'verify does not compare digests',
    file: 'src/commands/verify.ts',
    find: 'if (certificate.digest !== digest) {',
    replace: 'if (certificate.digest.length !== digest.length) {',
    ...certificate('that has another digest is refused'),
  },
  {
    name: 'the digest of a search is without its initial states',
    file: 'src/explorer/search.ts',
    find: 'for (let level = 0; level <= this.depth; level++) {',
    replace: 'for (let level = 1; level <= this.depth; level++) {',
    ...certificate('has every state of a small scope, and is found again'),
  },
];

export const inFiles = [...files, ...certificates];
