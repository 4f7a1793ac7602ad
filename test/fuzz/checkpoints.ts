/** Checkpoints: those of a search, with bytes changed, and with other contents under right digests. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { search } from '../../src/explorer/search.js';
import { folderOf, openArchive, searchFrom } from '../../src/spec/archive.js';
import { buildSpec, systemOf } from '../../src/spec/build.js';
import { loadSpec } from '../../src/spec/load.js';
import { changedJson } from './json.js';
import type { Files, Kind } from './kinds.js';

/** A spec of 24,636 states: threads search it, and it is they who read checkpoints. */
const specs = {
  'a.yaml': readFileSync('specs/mail/interleaved.yaml', 'utf8'),
  'base.yaml': readFileSync('specs/mail/base.yaml', 'utf8'),
};

const spec = loadSpec('specs/mail/interleaved.yaml');
const system = systemOf(spec.design, buildSpec(spec));
const { words } = system;

/** What a search that was ended leaves. */
function left(): { contents: string; states: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'svscheck-fuzz-'));
  try {
    const options = { folder, resume: false, onDisk: false, everyMs: 0 };
    const { archiving } = openArchive(spec.design, words, options, () => {});
    search(system, { archiving, statesMax: 5000 });
    archiving.archive.close();
    const contents = readFileSync(join(folder, 'contents.json'), 'utf8').split('\n')[1] ?? '';
    return { contents, states: readFileSync(join(folder, 'states')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const whole = left();

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');
const signed = (text: string): string => `${sha256(text)}\n${text}\n`;

interface Contents {
  parts: { rows: number; digest: string }[];
}

/** The contents of other states, every digest of which is right. */
function contentsOf(states: Buffer): string {
  const contents = JSON.parse(whole.contents) as Contents;
  let first = 0;
  for (const part of contents.parts) {
    part.digest = sha256(states.subarray(first * words * 4, part.rows * words * 4));
    first = part.rows;
  }
  return JSON.stringify(contents);
}

const bytesChanged = (bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer => {
  const changed = Buffer.from(bytes);
  for (const [at, byte] of changes) changed[at % changed.length] = byte;
  return changed;
};

const change = fc.tuple(fc.nat(), fc.nat(255));
const damaged = fc.array(change, { minLength: 1, maxLength: 4 });
const { states } = whole;
const good = { contents: signed(whole.contents), states };

const archives: fc.Arbitrary<Files> = fc.oneof(
  // Bytes that no digest goes with.
  damaged.map((changes) => ({
    'contents.json': bytesChanged(Buffer.from(good.contents), changes),
    states,
  })),
  fc
    .nat(states.length)
    .map((end) => ({ 'contents.json': good.contents, states: states.subarray(0, end) })),
  // States that are none, or not of this design, with the right digests.
  fc.array(change, { minLength: 1, maxLength: 200 }).map((changes) => {
    const other = bytesChanged(states, changes);
    return { 'contents.json': signed(contentsOf(other)), states: other };
  }),
  fc.tuple(fc.nat(255), fc.nat(3)).map(([byte, every]) => {
    const other = Buffer.from(states.map((old, at) => (at % (every + 1) === 0 ? byte : old)));
    return { 'contents.json': signed(contentsOf(other)), states: other };
  }),
  // Contents that are none, with the right digest.
  {
    weight: 3,
    arbitrary: changedJson(whole.contents).map((text) => ({
      'contents.json': signed(text),
      states,
    })),
  },
  // The contents before, when the last ones are damaged; and a lock.
  fc
    .record({ before: fc.constantFrom(good.contents, '', 'x\ny\n'), lock: fc.string() })
    .map(({ before, lock }) => ({
      'contents.json': 'x\n\n',
      'contents-before.json': before,
      'in-use': lock,
      states,
    })),
);

export const checkpoints: Kind = {
  name: 'checkpoints',
  share: 7,
  beside: specs,
  cases: archives.chain((archive) =>
    fc.constantFrom([], ['--disk', 'ck'], ['--workers', '1']).map((more) => ({
      files: Object.fromEntries(
        Object.entries(archive).map(([name, contents]) => [`ck/${name}`, contents]),
      ),
      args: ['check', 'a.yaml', '--resume', 'ck', '--states-max', '6000', ...more],
      writes: ['ck'],
    })),
  ),
  run(folder) {
    const notices: string[] = [];
    const archive = folderOf(join(folder, 'ck'), join(folder, 'a.yaml'));
    const options = { folder: archive, resume: true, onDisk: false, everyMs: 1e9 };
    const opened = openArchive(spec.design, words, options, (notice) => notices.push(notice));
    searchFrom(opened.archiving, () => search(system, { ...opened, statesMax: 6000 }));
    return notices;
  },
};
