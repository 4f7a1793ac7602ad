/** Checkpoints that are not what was written: refused in words, or gone on from to the right result. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { check, differs, isRefused, specFile, told } from './program.js';

const flips = 200;
const contents = ['contents.json', 'contents-before.json'];
const names = ['states', ...contents];

export async function damaged({ dir, random, row }) {
  const file = specFile(dir, 'small');
  const whole = told(await check([file]));
  const kept = join(dir, 'whole');
  await check([file, '--checkpoint', kept, '--checkpoint-every', '1ms', '--depth-max', '45']);
  const [inner] = readdirSync(kept);

  /** Resumes a copy that was changed: what is wrong, or null, or that it was refused. */
  let copies = 0;
  const resumed = async (change) => {
    const copy = join(dir, `copy-${copies++}`);
    cpSync(kept, copy, { recursive: true });
    change(join(copy, inner));
    const run = await check([file, '--resume', copy, '--workers', '1']);
    rmSync(copy, { recursive: true, force: true });
    return { run, isRefused: isRefused(run), fault: isRefused(run) ? null : differs(run, whole) };
  };
  const all = async (label, changes) => {
    const outcomes = await several(changes.map((change) => () => resumed(change)));
    const faults = outcomes.map(({ fault }) => fault).filter(Boolean);
    const refused = outcomes.filter((outcome) => outcome.isRefused).length;
    const harmless = changes.length - refused - faults.length;
    row(label, changes.length, faults, `${refused} refused, ${harmless} harmless`);
  };
  const below = (end) => Math.floor(random() * end);

  for (const [index, name] of names.entries()) {
    const count = Math.floor((flips + index) / names.length);
    const { length } = readFileSync(join(kept, inner, name));
    const changes = Array.from({ length: count }, () => {
      const [at, bit] = [below(length), below(8)];
      return (folder) => edit(join(folder, name), (bytes) => (bytes[at] ^= 1 << bit));
    });
    await all(`a bit of ${name}`, changes);
    const ends = [0, 1, length - 1, ...Array.from({ length: 5 }, () => below(length))];
    await all(
      `${name}: empty, or cut short`,
      ends.map((end) => (folder) => truncateSync(join(folder, name), end)),
    );
    await all(`${name}: absent`, [(folder) => rmSync(join(folder, name))]);
  }

  const refused = async (label, words, change, after = () => {}) => {
    const { run } = await resumed(change);
    const isRight = isRefused(run) && run.err.includes(words);
    row(label, 1, isRight ? [] : [`exit ${run.code}: ${run.err.slice(0, 300)}`], words);
    after();
  };
  const rewritten = (change) => (folder) => {
    for (const name of contents) {
      const text = change(readFileSync(join(folder, name), 'utf8').split('\n')[1]);
      const digest = createHash('sha256').update(text).digest('hex');
      writeFileSync(join(folder, name), `${digest}\n${text}\n`);
    }
  };
  const setting = (more) => (text) => JSON.stringify({ ...JSON.parse(text), ...more });
  await refused(
    'of another tool',
    'it was written by svscheck of code 0',
    rewritten(setting({ tool: 'svscheck of code 0' })),
  );
  await refused(
    'of another format',
    'it is not of the format',
    rewritten(setting({ format: 'svscheck states, version 2' })),
  );
  for (const text of ['', '{', 'null', '[]', '{}', '"text"']) {
    await refused(
      `contents '${text}' of the right digest`,
      'it is not of the format',
      rewritten(() => text),
    );
  }
  for (const more of [{ marks: {} }, { parts: [null] }, { marks: [{ levels: 1 }] }]) {
    await refused(
      `contents of ${JSON.stringify(more)}`,
      'it is not of the format',
      rewritten(setting(more)),
    );
  }
  await refused('in use', `process ${process.pid} is using the folder`, (folder) =>
    writeFileSync(join(folder, `in-use-${process.pid}`), ''),
  );
  const other = join(dir, 'other');
  await check([specFile(dir, 'violated'), '--checkpoint', other, '--depth-max', '45']);
  await refused('of another spec', 'it is of another spec', (folder) => {
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, '..'), { recursive: true });
    renameSync(join(other, readdirSync(other)[0]), folder);
  });
}

function edit(file, change) {
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
}

/** As many at a time as there are cores. */
async function several(tasks) {
  const outcomes = [];
  const entries = tasks.entries();
  const work = async () => {
    for (const [index, task] of entries) outcomes[index] = await task();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return outcomes;
}
