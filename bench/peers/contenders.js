/** Who is measured: how each is built for a scope, what is run, and where it prints its counts. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call } from './measure.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const memoryMiB = Math.floor((totalmem() / 2 ** 20) * 0.9);

const model = (file) => readFileSync(join(here, file), 'utf8');

/** svscheck, a child as the others are, so that its CPU time has its start in it. */
function svscheck(name, { args = [], spec = {} } = {}) {
  return {
    name,
    tool: 'node',
    file: (scope) => scope.spec,
    build(dir, scope) {
      const base = relative(dir, join(root, scope.spec));
      const machine = JSON.stringify(scope.machine);
      const more = Object.entries(spec).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
      const lines = `title: ${scope.name}\nextends: ${base}\nmachine: ${machine}\n${more.join('')}`;
      writeFileSync(join(dir, 'spec.yaml'), lines);
      const command = [join(root, 'dist/cli.js'), 'check', 'spec.yaml', '--extends-anywhere'];
      return ['node', ...command, '--json', ...args];
    },
    // The expectations of the spec that is extended are not ours: exit code 1 is no failure.
    exitCodes: [0, 1],
    counts(output) {
      const [{ statesDistinct, statesGenerated, stoppedBy }] = JSON.parse(output).specs;
      if (stoppedBy !== null) throw new Error(`svscheck was stopped by ${stoppedBy}`);
      return { statesDistinct, statesGenerated };
    },
  };
}

/**
 * SPIN. Without -o2 it leaves dead variables out of states and loses some that differ. The verifier
 * prints counts with eight digits, which is too few: its formats are changed, nothing else.
 */
function spin(name, { compile = ['-DNOREDUCE'], run = [] } = {}) {
  return {
    name,
    tool: 'spin',
    file: (scope) => scope.models.promela,
    build(dir, scope) {
      const defines = Object.entries(scope.constants).map(([key, value]) => `-D${key}=${value}`);
      copyFileSync(join(here, scope.models.promela), join(dir, 'model.pml'));
      call(dir, 'spin', ['-o2', '-a', ...defines, 'model.pml']);
      const source = readFileSync(join(dir, 'pan.c'), 'utf8').replaceAll('%9.8g', '%.0f');
      writeFileSync(join(dir, 'pan.c'), source);
      const safety = ['-DSAFETY', '-DNOFAIR', '-DNOBOUNDCHECK', `-DMEMLIM=${memoryMiB}`];
      const flags = ['-O3', '-march=native', '-w'];
      call(dir, 'cc', [...flags, ...safety, ...compile, '-o', 'pan', 'pan.c']);
      const table = Math.max(16, Math.ceil(Math.log2(scope.states)));
      return ['./pan', '-n', `-m${scope.depth}`, `-w${table}`, ...run];
    },
    exitCodes: [0],
    counts(output) {
      const [, stored] = /(\d+) states, stored/.exec(output) ?? [];
      const [, transitions] = /(\d+) transitions \(=/.exec(output) ?? [];
      if (!/errors: 0\b/.test(output) || /max search depth too small/.test(output)) {
        throw new Error(`SPIN did not finish:\n${output}`);
      }
      // The initial state is among SPIN's transitions.
      return { statesDistinct: Number(stored), statesGenerated: Number(transitions) };
    },
  };
}

/** Rumur. Constants are written into the model, which has no preprocessor. */
function rumur(name, { threads = 1, symmetry = 'off', of = 'murphi' } = {}) {
  return {
    name,
    tool: 'rumur',
    file: (scope) => scope.models[of],
    build(dir, scope) {
      let source = model(scope.models[of]);
      for (const [key, value] of Object.entries(scope.constants)) {
        source = source.replace(new RegExp(`^(  ${key}: )\\d+;`, 'm'), `$1${value};`);
      }
      writeFileSync(join(dir, 'model.m'), source);
      const options = ['--threads', threads, '--symmetry-reduction', symmetry];
      const quiet = ['--deadlock-detection', 'stuck', '--counterexample-trace', 'off'];
      call(dir, 'rumur', [...options, ...quiet, '--output', 'model.c', 'model.m'].map(String));
      const flags = ['-std=c11', '-O3', '-march=native', '-mcx16', '-w'];
      call(dir, 'cc', [...flags, '-o', 'model', 'model.c', '-lpthread']);
      return ['./model'];
    },
    exitCodes: [0],
    counts(output) {
      const found = [...output.matchAll(/(\d+) states, (\d+) rules fired/g)].at(-1);
      if (found === undefined) throw new Error(`Rumur did not finish:\n${output}`);
      return { statesDistinct: Number(found[1]), statesGenerated: Number(found[2]) + 1 };
    },
  };
}

/** TLC, where TLA2TOOLS names its jar. */
function tlc(name) {
  return {
    name,
    tool: 'tlc',
    file: (scope) => scope.models.tla,
    build(dir, scope) {
      copyFileSync(join(here, scope.models.tla), join(dir, scope.models.tla));
      const constants = Object.entries(scope.constants).map(
        ([key, value]) => `  ${key} = ${value}\n`,
      );
      const claims = scope.constants.CLAIMS ? 'INVARIANT Claims\n' : '';
      const config = `SPECIFICATION Spec\n${claims}CHECK_DEADLOCK FALSE\nCONSTANTS\n${constants.join('')}`;
      writeFileSync(join(dir, 'model.cfg'), config);
      const java = ['-XX:+UseParallelGC', '-cp', process.env.TLA2TOOLS, 'tlc2.TLC'];
      return ['java', ...java, '-workers', '1', '-config', 'model.cfg', scope.models.tla];
    },
    exitCodes: [0],
    counts(output) {
      const found = [...output.matchAll(/(\d+) states generated, (\d+) distinct/g)].at(-1);
      if (found === undefined) throw new Error(`TLC did not finish:\n${output}`);
      return { statesDistinct: Number(found[2]), statesGenerated: Number(found[1]) };
    },
  };
}

/** The parts of the table. The first of each is what its ratios are to. */
export const parts = [
  {
    title: 'one core, no reduction',
    compares: 'cpu',
    /** All must have the same counts. */
    exact: true,
    contenders: [
      svscheck('svscheck', { args: ['--workers', '1'] }),
      spin('SPIN, depth first'),
      spin('SPIN, breadth first', { compile: ['-DNOREDUCE', '-DBFS'] }),
      rumur('Rumur'),
      tlc('TLC'),
    ],
  },
  {
    title: 'two cores, no reduction',
    compares: 'wall',
    exact: true,
    contenders: [
      svscheck('svscheck, two workers', { args: ['--workers', '2'] }),
      svscheck('svscheck, one worker', { args: ['--workers', '1'] }),
      spin('SPIN, depth first, two cores', { compile: ['-DNOREDUCE', '-DNCORE=2'] }),
      // Without NO_HC it stores hashes, which is not exact.
      spin('SPIN, breadth first, two cores', {
        compile: ['-DNOREDUCE', '-DBFS_PAR', '-DNO_HC'],
        run: ['-u2'],
      }),
      rumur('Rumur, two threads', { threads: 2 }),
    ],
  },
  {
    title: 'each at its best',
    compares: 'wall',
    exact: false,
    contenders: [
      svscheck('svscheck, symmetry, two workers', {
        args: ['--workers', '2', '--reduction', 'por'],
        spec: { loops: 'any-order', symmetry: ['cpus', 'pmaps', 'user-slots'] },
      }),
      svscheck('svscheck, partial order, two workers', {
        args: ['--workers', '2', '--reduction', 'por'],
      }),
      spin('SPIN, partial order', { compile: [] }),
      rumur('Rumur, symmetry', { symmetry: 'heuristic', of: 'murphiSymmetric' }),
    ],
  },
];

/** A fresh folder for each build. */
export function folderFor(parent, scope, contender) {
  const dir = join(parent, scope.name, contender.name.replaceAll(/\W+/g, '-'));
  mkdirSync(dir, { recursive: true });
  return dir;
}
