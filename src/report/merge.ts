/** The shards of a run, put together to what the run would have been without them. */
import { UserError } from '../spec/errors.js';
import type { Report } from './document.js';
import { exitCodes } from './exit.js';
import type { Ended } from './run.js';
import { inOrder } from './run.js';
import { ownFiles } from './shard.js';

/** A report, and the file that it is in. */
export interface Part {
  readonly file: string;
  readonly report: Report;
}

/** Throws UserError where they are not the shards of one run, whole and each of them once. */
export function mergeShards(parts: readonly Part[]): Ended {
  const shards = shardsOf(parts);
  const [first] = shards.map(({ report }) => report);
  if (first === undefined) throw new Error('nothing to merge');
  const { files, isSuite, drift } = first;
  const reports = shards.map(({ report }) => report);
  const mistakes = reports.flatMap((report) => report.mistakes);
  // A command line that is wrong is so for every shard.
  const general = first.mistakes.filter(({ spec }) => spec === undefined);
  const found = reports.flatMap((report) => report.drift ?? []);
  return {
    run: {
      files,
      shard: null,
      isSuite,
      specs: inOrder(
        files,
        reports.flatMap(({ specs }) => specs),
        ({ file }) => file,
      ),
      mistakes: [
        ...inOrder(files, mistakes, ({ spec }) => spec).filter(({ spec }) => spec !== undefined),
        ...general,
      ],
    },
    interrupted: reports.some(isInterrupted),
    drift: drift === null ? null : inOrder(files, found, ({ file }) => file),
  };
}

const isInterrupted = ({ exitCode }: Report): boolean => exitCode === exitCodes.interrupted.code;

const refuse = (file: string, message: string, hint?: string): never => {
  throw new UserError([{ code: 'shard-mismatch', file, message, hint }]);
};

/** The parts by their index. */
function shardsOf(parts: readonly Part[]): Part[] {
  const byIndex = new Map<number, Part>();
  for (const part of parts) {
    const { file, report } = part;
    const { shard } = report;
    if (shard === null) {
      const hint = '`svscheck check --shard 1/4 --json` makes one of a shard';
      return refuse(file, 'this is the report of a whole run, not of a shard', hint);
    }
    const other = byIndex.get(shard.index);
    if (other !== undefined) refuse(file, `this is ${nameOf(part)}, as ${other.file} is`);
    byIndex.set(shard.index, part);
    const difference = differenceOf(parts[0]?.report ?? report, report);
    if (difference !== null) {
      refuse(file, `this is a shard of another run than ${parts[0]?.file}: ${difference}`);
    }
    refuseHoles(part);
  }
  const count = parts[0]?.report.shard?.count ?? 0;
  const missing: number[] = [];
  // Of very many the first are enough.
  for (let index = 1; index <= count && missing.length < 10; index++) {
    if (!byIndex.has(index)) missing.push(index);
  }
  if (missing.length > 0) {
    const all = missing.length === count - byIndex.size ? '' : ' and others';
    refuse(parts[0]?.file ?? '', `of ${count} shards there is none of ${missing.join(', ')}${all}`);
  }
  return [...byIndex].sort(([one], [other]) => one - other).map(([, part]) => part);
}

const nameOf = ({ report: { shard } }: Part): string => `shard ${shard?.index} of ${shard?.count}`;

/** In what two reports are not of the same run, or null. */
function differenceOf(one: Report, other: Report): string | null {
  if (one.shard?.count !== other.shard?.count) return `it is one of ${other.shard?.count}`;
  if (JSON.stringify(one.files) !== JSON.stringify(other.files)) return 'its `files` are others';
  if (one.isSuite !== other.isSuite) return 'one was given a folder, the other none';
  if ((one.drift === null) !== (other.drift === null)) return 'one had a baseline, the other none';
  return null;
}

/** A shard that leaves out a spec without a word would turn what is unknown into a verdict. */
function refuseHoles(part: Part): void {
  const { file, report } = part;
  const own = new Set(ownFiles(report));
  const told = new Set<string | undefined>();
  for (const spec of report.specs) {
    if (!own.has(spec.file)) refuse(file, `${spec.file} is not a spec of ${nameOf(part)}`);
    if (told.has(spec.file)) refuse(file, `${nameOf(part)} has ${spec.file} twice`);
    told.add(spec.file);
  }
  if (isInterrupted(report)) return;
  for (const { spec } of report.mistakes) told.add(spec);
  const hole = [...own].find((spec) => !told.has(spec));
  if (hole !== undefined) refuse(file, `${nameOf(part)} says nothing of ${hole}`);
}
