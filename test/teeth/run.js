/**
 * Puts faults into the engine, one at a time, and expects a test of `npm test` to fail for each.
 *
 *   npm run test:teeth [-- PART-OF-A-NAME...]
 *
 * The tree is copied to a temporary folder, once for each core, and nothing is changed here. With a
 * fault a copy must still build. The fault is caught when the test that its row names fails, which
 * passes without it: a run that does not end, or does not come to the test, has caught nothing.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { faults } from './faults.js';

/** Milliseconds for the test of one fault, and for those of all without any. */
const oneMs = 150_000;
const allMs = 10 * 60_000;

const parts = process.argv.slice(2);
const asked = faults.filter(
  ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
);
if (asked.length === 0) throw new Error(`no fault has a name with '${parts.join("' or '")}' in it`);
const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'svscheck-teeth-'));
const children = new Set();
const cleanUp = () => {
  for (const child of children) end(child);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    cleanUp();
    process.exit(1);
  });
}
const secondsSince = (begun) => ((Date.now() - begun) / 1000).toFixed(1);
try {
  const caught = await allCaught();
  console.log(
    `\n${caught} of ${asked.length} seeded engine faults caught, in ${secondsSince(started)} s.`,
  );
  process.exitCode = caught === asked.length ? 0 : 1;
} finally {
  cleanUp();
}

/** Prints a row for each fault. @returns how many are caught */
async function allCaught() {
  const trees = Array.from({ length: Math.min(availableParallelism(), asked.length) }, copyOf);
  await passWithout(trees);
  const widthOf = (key) => Math.max(...asked.map((fault) => fault[key].length));
  const [name, file] = [widthOf('name'), widthOf('file')];
  const row = (fault, path, seconds, by) =>
    console.log(`${fault.padEnd(name)}  ${path.padEnd(file)}  ${seconds.padStart(7)}  ${by}`);
  row('fault', 'file', 'seconds', 'caught by');
  let [next, caught] = [0, 0];
  const worker = async (tree) => {
    while (next < asked.length) {
      const fault = asked[next++];
      const begun = Date.now();
      const { isCaught, says } = await resultWith(tree, fault);
      if (isCaught) caught++;
      row(fault.name, fault.file, secondsSince(begun), isCaught ? says : `NOTHING: ${says}`);
    }
  };
  await Promise.all(trees.map(worker));
  return caught;
}

/** A copy of the tree, its packages those of the original. */
function copyOf(_, number) {
  const tree = join(folder, String(number));
  const left = ['node_modules', '.git'].map((name) => resolve(name));
  cpSync('.', tree, { recursive: true, filter: (from) => !left.includes(resolve(from)) });
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** Throws where a test that a fault names is not there, or does not pass without a fault. */
async function passWithout(trees) {
  const files = [...new Set(asked.map(({ test }) => test))];
  await Promise.all(
    trees.map(async (tree, number) => {
      for (let index = number; index < files.length; index += trees.length) {
        const of = asked.filter(({ test }) => test === files[index]);
        const { fault, passed, failed } = await tested(tree, files[index], of, allMs);
        const bad = fault ?? failed[0];
        if (bad !== undefined) throw new Error(`without a fault, ${files[index]}: ${bad}`);
        const lost = of.find(({ title }) => !passed.some((name) => name.includes(title)));
        if (lost !== undefined) throw new Error(`${lost.test} has no test '${lost.title}'`);
      }
    }),
  );
}

/** What becomes of the test of a fault with that fault in the tree. */
async function resultWith(tree, fault) {
  const path = join(tree, fault.file);
  const text = readFileSync(path, 'utf8');
  const parts = text.split(fault.find);
  if (parts.length !== 2) return { isCaught: false, says: 'its text is not in the file, once' };
  try {
    writeFileSync(path, parts.join(fault.replace));
    const built = await run(tree, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
    if (built.code !== 0) return { isCaught: false, says: `it does not build: ${built.out}` };
    const { fault: bad, failed } = await tested(tree, fault.test, [fault], oneMs);
    const [first] = failed;
    if (first !== undefined) return { isCaught: true, says: `${fault.test}: ${first}` };
    return { isCaught: false, says: bad ?? `${fault.test} passes` };
  } finally {
    writeFileSync(path, text);
  }
}

/**
 * Runs those tests of a file that some faults name.
 *
 * @returns the names of those that passed and that failed; `fault` where it did not come to that
 */
async function tested(tree, file, of, withinMs) {
  const report = join(tree, 'teeth.json');
  rmSync(report, { force: true });
  const titles = of.map(({ title }) => title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  const { code } = await run(
    tree,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.teeth.config.ts'],
      ...['--reporter', 'json', '--outputFile', report, '--testNamePattern', titles, file],
    ],
    withinMs,
  );
  const none = { passed: [], failed: [] };
  if (code === null) return { ...none, fault: `it does not end within ${withinMs / 1000} s` };
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (wanted) =>
    all.filter(({ status }) => status === wanted).map(({ fullName }) => fullName);
  const found = { passed: named('passed'), failed: named('failed') };
  if (code === 0 || found.failed.length > 0) return found;
  return { ...found, fault: 'no test fails, but not all of them run' };
}

function end({ pid }) {
  process.kill(-pid, 'SIGKILL');
}

/** Runs Node in a tree. @returns its output, and its code: null where it did not end in time */
function run(tree, args, withinMs = oneMs) {
  return new Promise((done) => {
    // In a process group of its own, so that what it started ends with it.
    const child = spawn(process.execPath, args, { cwd: tree, detached: true });
    children.add(child);
    let out = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        out += data;
      });
    }
    const timer = setTimeout(() => end(child), withinMs);
    child.on('close', (code) => {
      children.delete(child);
      clearTimeout(timer);
      done({ code, out });
    });
  });
}
