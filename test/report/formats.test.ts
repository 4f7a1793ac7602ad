/** What reporters write: whole, escaped for where it goes, and with nothing that has failed left out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reporterNames } from '../../src/commands/reporters.js';
import { claimRows } from '../../src/invariants/claims.js';
import { witnessRows } from '../../src/invariants/witnesses.js';
import type { Report, ReportedSpec } from '../../src/report/document.js';
import { github } from '../../src/report/github.js';
import { junit } from '../../src/report/junit.js';
import { markdown } from '../../src/report/markdown.js';
import { sarif } from '../../src/report/sarif.js';
import { plain } from '../../src/spec/errors.js';
import { inFolder, svscheck, timeless } from '../cli/run.js';
import { files, hostile, hostileFiles } from './cases.js';

const names = Object.keys(files);
/** What every reporter is given, of runs of the program; a run is made once. */
const documents = new Map<string, Promise<Report>>();
function reportOf(...args: string[]): Promise<Report> {
  const key = args.join(' ');
  const report = documents.get(key) ?? runOnce(args);
  documents.set(key, report);
  return report;
}
const runOnce = (args: readonly string[]): Promise<Report> =>
  inFolder({ ...files, ...hostileFiles }, (folder) =>
    JSON.parse(svscheck(['check', ...args, '--json'], folder).out),
  );
const firstOf = (report: Report): ReportedSpec => report.specs[0] as ReportedSpec;
/** With one spec alone, some of it otherwise. */
const withSpec = (report: Report, some: Partial<ReportedSpec>): Report => {
  const spec = { ...firstOf(report), ...some };
  return { ...report, files: [spec.file], specs: [spec] };
};

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: Location }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly codeFlows?: readonly { readonly threadFlows: readonly ThreadFlow[] }[];
}
interface Location {
  readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
}
interface ThreadFlow {
  readonly id: string;
  readonly locations: readonly { readonly executionOrder: number; readonly importance: string }[];
}
const runOf = (log: unknown) =>
  (log as { runs: [{ tool: { driver: Driver }; results: Result[]; invocations: object[] }] })
    .runs[0];
interface Driver {
  readonly version: string;
  readonly rules: readonly { readonly id: string }[];
}

describe('junit', () => {
  it('tells of every spec, those too that could not be run', async () => {
    const out = junit(await reportOf(...names));
    const text = out.replaceAll(/ time="[\d.]+"/g, ' time="N"');
    await expect(`${text}\n`).toMatchFileSnapshot('../cli/golden/report.xml');
  });

  it('has what is unfinished as errors, expected violations and unreachable witnesses too', async () => {
    const report = await reportOf('expected.yaml', 'violated.yaml', '--depth-max', '1');
    const out = junit(report);
    expect(report.exitCode).toBe(3);
    expect(out).toContain('<testsuites name="svscheck" tests="39" failures="0" errors="19" ');
    for (const [name, says] of [
      ['user-slots-complete', 'unfinished (depth-max), expected: violated'],
      ['kernel-mode', 'not reached (depth-max), expected: unreachable'],
    ]) {
      expect(out).toContain(`name="${name}">\n      <error message="${says}" type=`);
    }
  });

  it('has what is probable as errors', async () => {
    const out = junit(await reportOf('good.yaml', '--hash-compact'));
    expect(out).toContain(
      'name="kernel-unreachable">\n      <error message="probable (a state missed: at most ',
    );
    expect(out).toContain('<testsuites name="svscheck" tests="20" failures="0" errors="9" ');
  });

  it('has two cases for what a folder leaves out, so that both are seen to pass', async () => {
    const report = await reportOf('good.yaml');
    const suite = { steps: ['a/b of mail', 'a/c of mail'], witnesses: [] };
    const out = junit({ ...report, suite });
    expect(out).toContain('<testsuite name="all specs" tests="2" failures="1" errors="0"');
    expect(out).toContain('<testcase classname="all specs" name="every witness is reached"/>');
    expect(out).toContain(
      'type="never-taken">no spec takes the step a/b of mail\nno spec takes the step a/c of mail<',
    );
  });

  it('has a spec that was not run, and of a shard not the specs of others', async () => {
    const report = await reportOf('good.yaml');
    const interrupted = { ...report, files: ['good.yaml', 'later.yaml'], exitCode: 130 };
    expect(junit(interrupted)).toContain(
      '    <testcase classname="later.yaml" name="not-run">\n' +
        '      <error message="the spec was not run" type="not-run">the spec was not run</error>',
    );
    const shard = { ...interrupted, shard: { index: 1, count: 2 } };
    expect(junit(shard)).not.toContain('later.yaml');
  });

  it('shows what XML has no character for, and ends nothing early', async () => {
    const out = junit(await reportOf(hostile));
    const file =
      'q&quot;&apos;&amp;]]&gt;%0A|\\`````&lt;/details&gt;{0}[a](b)\\u202e\\x1b[31m ::error file=x,line=1::y.yaml';
    expect(out).toContain(`\n  <testsuite name="${file}" tests="19" failures="1" errors="0"`);
    expect(out).toContain(
      'name="title" value="]]&gt; &lt;b&gt; &amp; \\x1b[31m \\x7f \\u202e \\ufffe \\uffff | ```` &lt;/details&gt; {0} [a](b) %0A  ::error::"/>',
    );
    expect(out).not.toMatch(/[\p{Cs}\p{Bidi_Control}\ufffe\uffff]|(?!\n)\p{Cc}/u);
    const half = withSpec(await reportOf('good.yaml'), { title: 'a\ud800b' });
    expect(junit(half)).toContain('name="title" value="a\\ud800b"');
  });
});

describe('sarif', () => {
  it('has a result for what is not as expected, and none for what is', async () => {
    const { results, invocations } = runOf(sarif(await reportOf(...names)));
    await expect(`${JSON.stringify({ invocations, results }, null, 2)}\n`).toMatchFileSnapshot(
      '../cli/golden/report.sarif',
    );
    expect(runOf(sarif(await reportOf('good.yaml', 'expected.yaml')))).toMatchObject({
      invocations: [{ executionSuccessful: true, exitCode: 0 }],
      results: [],
    });
  });

  it('has a rule for each property and witness, by which its results go', async () => {
    const { tool, results } = runOf(sarif(await reportOf(...names)));
    const ids = tool.driver.rules.map(({ id }) => id);
    const own = [...claimRows, ...witnessRows].map(({ name }) => name);
    expect(ids).toEqual([...own, 'every-step-taken', 'as-in-baseline', 'mistake/unknown-value']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(results.map(({ ruleIndex }) => ids[ruleIndex])).toEqual(
      results.map(({ ruleId }) => ruleId),
    );
    expect(tool.driver.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });

  it('has unfinished ones as warnings of a run that did not succeed', async () => {
    const report = await reportOf('expected.yaml', 'violated.yaml', '--depth-max', '1');
    const { results, invocations } = runOf(sarif(report));
    expect(results.map(({ level }) => level)).toEqual(Array(19).fill('warning'));
    expect(invocations).toMatchObject([{ executionSuccessful: false, exitCode: 3 }]);
  });

  it('has a thread flow for each CPU, in one order over all of them', async () => {
    const base = `title: A\nextends: ${process.cwd()}/specs/mail/interleaved.yaml\n`;
    const { out } = await inFolder({ 'a.yaml': base }, (folder) =>
      svscheck(['check', '--extends-anywhere', 'a.yaml', '--reporter', 'sarif'], folder),
    );
    const flows = runOf(JSON.parse(out)).results.map(({ codeFlows = [] }) =>
      codeFlows.flatMap(({ threadFlows }) => threadFlows),
    );
    expect(flows.map((threads) => threads.map(({ id }) => id).sort())).toEqual([
      ['cpu 0', 'cpu 1'],
      ['cpu 0', 'cpu 1'],
    ]);
    for (const threads of flows) {
      const steps = threads.flatMap(({ locations }) => locations);
      const orders = steps.map(({ executionOrder }) => executionOrder);
      expect(orders.toSorted((a, b) => a - b)).toEqual(steps.map((_, index) => index + 1));
      expect(steps.filter(({ importance }) => importance === 'essential').length).toBe(1);
      for (const { locations } of threads) {
        const own = locations.map(({ executionOrder }) => executionOrder);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }
  });

  it('names files by URIs, and has neither arguments nor links in messages', async () => {
    const [result] = runOf(sarif(await reportOf(hostile))).results;
    const { uri, uriBaseId } = result?.locations[0]?.physicalLocation.artifactLocation ?? {};
    expect(uriBaseId).toBe('%SRCROOT%');
    expect(uri).toMatch(/^(?:[\w.~!$&'()*+,;=@/-]|%[0-9A-F]{2})+$/);
    expect(decodeURIComponent(uri ?? '')).toBe(hostile);
    expect(result?.message.text).toContain(
      '</details>{{0}}[a\\](b)\\u202e\\x1b[31m ::error file=x,line=1::y.yaml',
    );
  });

  it('names a file that is elsewhere by where it is', async () => {
    const report = await reportOf('violated.yaml');
    const uriOf = (file: string) => {
      const [result] = runOf(sarif(withSpec(report, { file }))).results;
      return result?.locations[0]?.physicalLocation.artifactLocation;
    };
    expect(uriOf('/a b/c#1.yaml')).toEqual({ uri: 'file:///a%20b/c%231.yaml' });
    expect(uriOf('./a//b.yaml')).toEqual({ uri: 'a/b.yaml', uriBaseId: '%SRCROOT%' });
    expect(uriOf('a\ud800.yaml')).toEqual({ uri: 'a%EF%BF%BD.yaml', uriBaseId: '%SRCROOT%' });
  });

  it('places what a folder leaves out at the folder, since GitHub wants a place', async () => {
    const report = await reportOf('good.yaml');
    const gaps = (paths: string[]) => {
      const suite = { steps: ['a/b of mail'], witnesses: ['waiting'] };
      return runOf(sarif({ ...report, files: paths, suite })).results.map((result) => [
        result.ruleId,
        result.message.text,
        result.locations[0]?.physicalLocation.artifactLocation.uri,
      ]);
    };
    expect(gaps(['specs/a/b.yaml', 'specs/ab.yaml'])).toEqual([
      ['every-step-taken', 'no spec takes the step a/b of mail.', 'specs'],
      ['waiting', 'no spec reaches waiting.', 'specs'],
    ]);
    expect(gaps(['a.yaml', 'b/c.yaml']).map(([, , uri]) => uri)).toEqual(['.', '.']);
  });

  it('knows a result again when its place, its trace and others change', async () => {
    const report = await reportOf(...names);
    const printsOf = (one: Report) =>
      runOf(sarif(one)).results.map(({ partialFingerprints }) => partialFingerprints);
    const [mistake, ...own] = printsOf(report);
    expect(own.length).toBe(2);
    expect(own[0]?.['svscheckResult/v1']).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([mistake, ...own].map((one) => one?.['svscheckResult/v1'])).size).toBe(3);
    const specs = report.specs.map((spec) => ({
      ...spec,
      properties: spec.properties.map((one) => ({ ...one, line: 9, depth: 9, trace: null })),
    }));
    expect(printsOf({ ...report, mistakes: [], specs })).toEqual(own);
  });
});

describe('github', () => {
  /** As the runner reads a command: the property values and the message, unescaped. */
  function read(line: string): { name: string; properties: string[]; message: string } {
    const [, name = '', told = '', data = ''] = /^::(\w+) ([^:]*)::(.*)$/.exec(line) ?? [];
    const plainOf = (text: string): string =>
      ['%0D', '%0A', '%3A', '%2C', '%25'].reduce(
        (so, code) => so.replaceAll(code, decodeURIComponent(code)),
        text,
      );
    return { name, properties: told.split(',').map(plainOf), message: plainOf(data) };
  }

  it('annotates each spec that is not as expected, and sums up', async () => {
    const out = github(await reportOf(...names));
    await expect(`${timeless(out)}\n`).toMatchFileSnapshot('../cli/golden/report.github.txt');
  });

  it('warns once of a spec that is unfinished', async () => {
    const out = github(await reportOf('expected.yaml', 'violated.yaml', '--depth-max', '1'));
    const [, warning = '', notice = ''] = out.split('\n');
    expect(warning).toBe(
      '::warning file=violated.yaml,line=1,col=1,title=unfinished::unfinished (depth-max): well-formed, kernel-on-kernel-tables, kernel-to-kernel-free, no-deadlock, kernel-unreachable, user-on-user-tables, user-slots-complete, no-foreign-slots, entry-mapped, kernel-mode',
    );
    expect(timeless(notice)).toBe(
      '::notice title=svscheck::0 of 2 specs as expected, 2 unfinished, 4 states in N s',
    );
  });

  it('is one command a line, whatever a file is called', async () => {
    const lines = github(await reportOf(hostile))
      .split('\n')
      .map(read);
    expect(lines.map(({ name }) => name)).toEqual(['error', 'notice']);
    expect(lines[0]?.properties).toEqual([
      `file=${plain(hostile)}`,
      'line=1',
      'col=1',
      'title=user-slots-complete',
    ]);
    expect(lines[0]?.message.split('\n').length).toBe(3);
  });

  it('tells what a folder leaves out', async () => {
    const report = await reportOf('good.yaml');
    const suite = { steps: ['a/b of mail'], witnesses: [] };
    expect(github({ ...report, suite }).split('\n')[0]).toBe(
      '::error title=not exercised::no spec takes the step a/b of mail',
    );
  });
});

describe('markdown', () => {
  it('has a table of the specs, and the trace of what is not as expected', async () => {
    const out = markdown(await reportOf(...names));
    await expect(`${timeless(out)}\n`).toMatchFileSnapshot('../cli/golden/report.md');
  });

  it('tells what is unfinished and why', async () => {
    const out = markdown(await reportOf('expected.yaml', 'violated.yaml', '--depth-max', '1'));
    expect(out).toContain(
      '### Unfinished\n\n- <code>expected.yaml</code>: unfinished (depth-max): well-formed, ',
    );
  });

  it('has no markup but its own, and a fence that nothing closes', async () => {
    const out = markdown(await reportOf(hostile));
    const [before = '', story = '', after = ''] = out.split('``````');
    expect(before.match(/<\/?\w+>/g)).toEqual([
      ...['<code>', '</code>', '<details>', '<summary>'],
      ...['<code>', '</code>', '<code>', '</code>', '</summary>'],
    ]);
    expect(before.split('\n').filter((line) => line.startsWith('|'))).toEqual([
      '| spec | outcome | states | depth | time |',
      '|---|---|--:|--:|--:|',
      expect.stringMatching(/^(?:\| [^|]+ ){5}\|$/),
    ]);
    expect(before).toContain(
      `<code>q"'&#38;&#93;&#93;&#62;%0A&#124;&#92;${'&#96;'.repeat(5)}&#60;/details&#62;&#123;0&#125;&#91;a&#93;(b)&#92;u202e&#92;x1b&#91;31m ::error file=x,line=1::y.yaml</code>`,
    );
    expect(story).toContain('\\`````</details>{0}[a](b)\\u202e\\x1b[31m ::error');
    expect(after).toBe('\n\n</details>\n');
  });

  it('makes no link of a name', async () => {
    const file = 'http://x.example/www.y.example/*z*_~@a';
    expect(markdown(withSpec(await reportOf('good.yaml'), { file }))).toContain(
      '| <code>http&#58;//x.example/&#119;ww.y.example/&#42;z&#42;&#95;&#126;&#64;a</code> |',
    );
  });

  it('stays below what GitHub takes, and says how many are left out', async () => {
    const report = await reportOf('violated.yaml');
    const specs = Array.from({ length: 5000 }, () => firstOf(report));
    const suite = { steps: Array(5000).fill('a/b of mail') as string[], witnesses: [] };
    const text = markdown({ ...report, specs, suite });
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(700_000);
    for (const [title, entry, of] of [
      ['Specs', /^\| <code>/gm, 5000],
      ['Not as expected', /^(?:- |<details>)/gm, 10_000],
      ['Not exercised', /^- /gm, 5000],
    ] as const) {
      const [, part = ''] = text.split(`### ${title}\n`);
      const [own = ''] = part.split('\n### ');
      const left = /^([\d,]+) of ([\d,]+) are left out here: GitHub takes 1 MiB\.$/m.exec(own);
      expect(Number(left?.[2]?.replaceAll(',', ''))).toBe(of);
      expect(own.match(entry)?.length).toBe(of - Number(left?.[1]?.replaceAll(',', '')));
    }
  });
});

describe('drift from a baseline', () => {
  const drift = [
    { file: 'good.yaml', what: 'depth', was: '9', now: '10' },
    { file: 'gone|.yaml', what: 'spec', was: 'present', now: null },
  ];

  it('is told by each', async () => {
    const report = { ...(await reportOf('good.yaml')), drift, exitCode: 1 };
    expect(junit(report)).toContain(
      '<testsuite name="baseline" tests="1" failures="1" errors="0" skipped="0"',
    );
    expect(junit(report)).toContain(
      '>good.yaml: depth was 9, is 10\ngone|.yaml: the spec is in the baseline, and not in this run<',
    );
    expect(github(report).split('\n').slice(-3, -1)).toEqual([
      '::error file=good.yaml,title=drift::depth was 9, is 10',
      '::error file=gone|.yaml,title=drift::the spec is in the baseline, and not in this run',
    ]);
    expect(markdown(report)).toContain(
      '### Drifted from the baseline\n\n- <code>good.yaml</code>: depth was 9, is 10\n- <code>gone&#124;.yaml</code>: the',
    );
    const { results, tool } = runOf(sarif(report));
    expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['as-in-baseline', 'error'],
      ['as-in-baseline', 'error'],
    ]);
    expect(results[0]?.message.text).toBe('depth was 9, is 10.');
    expect(tool.driver.rules[results[0]?.ruleIndex ?? 0]?.id).toBe('as-in-baseline');
    const none = { ...report, drift: [] };
    expect(junit(none)).toContain(
      '<testcase classname="baseline" name="every value is as in the baseline"/>',
    );
  });
});

describe('what is unfinished and accepted', () => {
  it('is no failure, and is not shown as passed', async () => {
    const run = await reportOf('good.yaml', '--depth-max', '1');
    const report = { ...run, specs: [{ ...firstOf(run), unfinishedAccepted: true }] };
    const open = firstOf(run).properties.filter(({ result }) => result === 'unfinished').length;
    expect(open).toBeGreaterThan(5);
    const skipped = / failures="0" errors="0" skipped="(\d+)"/.exec(junit(report))?.[1];
    // The witness that is expected is open as well; what does not apply is skipped anyway.
    expect(Number(skipped)).toBe(20);
    expect(junit(report)).toContain(
      'unfinished (depth-max), expected: holds; the spec accepts that',
    );
    expect(github(report)).toMatch(
      /^::notice file=good\.yaml,line=\d+,col=\d+,title=unfinished::unfinished \(depth-max\), which the spec accepts: /,
    );
    expect(markdown(report)).toContain(
      '- <code>good.yaml</code>: unfinished (depth-max), which the spec accepts: well-formed, ',
    );
    expect(new Set(runOf(sarif(report)).results.map(({ level }) => level))).toEqual(
      new Set(['note']),
    );
  });
});

describe('every reporter', () => {
  it('writes to a file what it prints', async () => {
    await inFolder(files, (folder) => {
      const asked = reporterNames.flatMap((name) => ['--reporter', `${name}=${name}.out`]);
      const { code, out } = svscheck(['check', 'mistake.yaml', ...asked], folder);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      const written = (name: string) => readFileSync(join(folder, `${name}.out`), 'utf8');
      for (const name of reporterNames) {
        const printed = svscheck(['check', 'mistake.yaml', '--reporter', name], folder);
        expect(printed.out).toBe(written(name));
        expect(printed.out).toContain('mial');
      }
    });
  });

  it('tells of a spec that is not there, also where it writes a file', async () => {
    await inFolder({}, (folder) => {
      const { code, err } = svscheck(['check', 'a.yaml', '--reporter', 'junit=a.xml'], folder);
      expect({ code, err }).toEqual({
        code: 2,
        err: 'a.yaml: error[file-missing]: there is no such file or folder\n',
      });
      expect(readFileSync(join(folder, 'a.xml'), 'utf8')).toContain(
        '<error message="there is no such file or folder" type="file-missing">',
      );
    });
  });

  it('says what is wrong with what it is asked to write, before a search', async () => {
    const one = 'One reporter alone can have standard output; write --reporter NAME=FILE.';
    const cases: [string[], string][] = [
      [['--reporter', 'junti=a'], "There is no reporter 'junti'; did you mean 'junit'?"],
      [['--reporter', 'junit', '--reporter', 'sarif'], one],
      [['--reporter', 'junit', '--json'], one],
      [['--reporter', 'junit='], 'The file that it writes has no name.'],
      [['--reporter', 'junit=a', '--reporter', 'sarif=a'], 'Another reporter writes that file.'],
      [['--reporter', 'junit', '--audit'], "'--audit' cannot be used with option '--report"],
      [
        ['--reporter', 'junit=a', '--reporter', 'sarif=b/c'],
        'b/c: error[file-unwritable]: nothing can be written into b (ENOENT)',
      ],
      [['--reporter', 'junit=.'], '.: error[file-unwritable]: this is a folder'],
      [
        ['--reporter', 'junit=good.yaml/a'],
        'good.yaml/a: error[file-unwritable]: good.yaml is not a folder',
      ],
      [
        ['--reporter', 'junit=/dev/null'],
        '/dev/null: error[file-unwritable]: there is something here that is no file',
      ],
    ];
    await inFolder(files, (folder) => {
      for (const [args, says] of cases) {
        const { code, out, err } = svscheck(['check', 'good.yaml', ...args], folder);
        expect(err).toContain(says);
        expect({ code, out }).toEqual({ code: 2, out: '' });
      }
      expect(readdirSync(folder).sort()).toEqual(names.toSorted());
      expect(existsSync('/dev/null')).toBe(true);
    });
  });
});
