/** The page of `--reporter html` in a real browser, held against `--json` of the same run. */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Report, ReportedSpec, Trace } from '../../src/report/document.js';
import { inFolder, svscheck } from '../cli/run.js';
import { openChromium, seriousFindings } from './chromium.js';

/** The longest trace that any spec of the folder has, in a few seconds. */
const longest = 'specs/variants/tso-plain-clear.yaml';
/** A design with PCIDs, threads and stacks. */
const withPcids = 'specs/bugs/z06-noflush.yaml';
/** Two traces, of 22 and 16 steps. */
const typical = 'specs/mail/interleaved.yaml';
/** A trace of 3 steps. */
const short = 'specs/mail/other-cpus-only.yaml';

let browser: Browser;
/** What the browser had to complain about, and what it asked for beside the page. */
const complaints: string[] = [];

beforeAll(async () => {
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
});
afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
});

interface Made {
  readonly report: Report;
  readonly html: string;
  readonly bytes: number;
}

/** Runs specs once, for both reports, and uses the page. */
async function withReport(
  specs: readonly string[],
  use: (made: Made) => Promise<void>,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  await inFolder(files, async (folder) => {
    const html = join(folder, 'report.html');
    const paths = specs.map((spec) => (spec in files ? spec : resolve(spec)));
    const { out } = svscheck(
      ['check', '--extends-anywhere', ...paths, '--json', '--reporter', `html=${html}`],
      folder,
    );
    await use({ report: JSON.parse(out), html, bytes: statSync(html).size });
  });
}

async function open(file: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  const { href } = pathToFileURL(file);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (request.url() !== href) complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(href);
  return page;
}

/** The traces of a spec, in the order of the page's players. */
const tracesOf = ({ properties }: ReportedSpec): Trace[] =>
  properties.flatMap(({ trace }) => (trace === null ? [] : [trace]));

const only = ({ specs: [spec] }: Report): ReportedSpec => spec as ReportedSpec;

/** The state after some steps, out of the report alone: what `check --json` says of each value. */
function stateAfter({ initial, actions }: Trace, steps: number): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { changes } of [...actions].reverse()) {
    for (const { path, from } of changes) values[JSON.stringify(path)] = from;
  }
  for (const { path, value } of initial) values[JSON.stringify(path)] = value;
  for (const { changes } of actions.slice(0, steps)) {
    for (const { path, to } of changes) values[JSON.stringify(path)] = to;
  }
  return values;
}

/** What a player shows: every value in words, read off what is visible; a set off its members. */
interface Shown {
  readonly values: Record<string, string>;
  /** What is outlined: paths of values, and of members of sets. */
  readonly changed: string[];
  readonly step: string;
  readonly panel: string;
  readonly said: string;
}

const shown = async (page: Page, player: number): Promise<Shown> =>
  await page
    .locator('.player')
    .nth(player)
    .evaluate((element): Shown => {
      const visibleText = (part: Element): string => {
        const copy = part.cloneNode(true) as Element;
        for (const spoken of copy.querySelectorAll('.spoken')) spoken.remove();
        return copy.textContent ?? '';
      };
      const values: Record<string, string> = {};
      const sets: Record<string, string[]> = {};
      const changed: string[] = [];
      for (const part of element.querySelectorAll<HTMLElement>('.machine [data-path]')) {
        const path = part.dataset.path ?? '';
        const { member } = part.dataset;
        const isIn = part.dataset.in !== undefined;
        if (member !== undefined) {
          sets[path] ??= [];
          if (isIn && part.checkVisibility()) sets[path].push(member);
          if (isIn && part.classList.contains('none')) sets[path].push('drawn as empty');
        } else if (part.getAttribute('role') !== 'img') {
          const text = visibleText(part);
          values[path] = text === '' ? 'none' : text;
        }
        if (part.classList.contains('changed')) changed.push(path);
      }
      for (const [path, members] of Object.entries(sets)) {
        values[path] = members.length === 0 ? 'nothing' : members.join(', ');
      }
      const textOf = (selector: string): string =>
        element.querySelector(selector)?.textContent ?? '';
      return {
        values,
        changed: [...new Set(changed)],
        step: textOf('.count'),
        panel: textOf('.stage-panel'),
        said: textOf('[aria-live]'),
      };
    });

const changedBy = (trace: Trace, step: number): string[] =>
  (trace.actions[step - 1]?.changes ?? []).map(({ path }) => JSON.stringify(path)).sort();

/** Steps through a trace by the keyboard, and compares what is shown at every step. */
async function playThrough(page: Page, trace: Trace, player: number): Promise<void> {
  const steps = trace.actions.length;
  await page.locator('.player').nth(player).locator('.timeline').focus();
  for (let step = 0; step <= steps; step++) {
    if (step > 0) await page.keyboard.press('ArrowRight');
    const now = await shown(page, player);
    expect(now.step).toBe(`${step} / ${steps}`);
    expect(now.values).toEqual(stateAfter(trace, step));
    expect([...now.changed].sort()).toEqual(changedBy(trace, step));
    const action = trace.actions[step - 1];
    if (action === undefined) continue;
    for (const text of [action.cpu, action.operation, action.label, action.source]) {
      expect(now.panel).toContain(text);
    }
    for (const { source } of action.steps) expect(now.panel).toContain(source);
    for (const text of [...action.changes.map((change) => change.text), ...action.reads]) {
      expect(now.panel).toContain(text);
      expect(now.said).toContain(text);
    }
    expect(now.panel.includes('to blame')).toBe(step - 1 === trace.blamed);
    expect(now.panel.includes(trace.conjunct ?? '')).toBe(step === steps);
  }
}

describe('the player', () => {
  it('shows the longest trace at every step as check --json tells it', async () => {
    await withReport([longest], async ({ report, html }) => {
      const traces = tracesOf(only(report));
      expect(traces.map(({ actions }) => actions.length)).toEqual([57, 89, 46]);
      const page = await open(html);
      await playThrough(page, traces[1] as Trace, 1);
      const { panel, said } = await shown(page, 1);
      for (const [name, value] of Object.entries(traces[1]?.values ?? {})) {
        expect(panel).toContain(`${name}${value}`);
        expect(said).toContain(value);
      }
      await page.close();
    });
  });

  it('shows PCIDs, threads and stacks as check --json tells them', async () => {
    await withReport([withPcids], async ({ report, html }) => {
      const traces = tracesOf(only(report));
      expect(traces.map(({ actions }) => actions.length)).toEqual([44]);
      const page = await open(html);
      await playThrough(page, traces[0] as Trace, 0);
      await page.close();
    });
  });

  it('goes by keys, buttons and the mouse, and stops at both ends', async () => {
    await withReport([typical], async ({ html }) => {
      const page = await open(html);
      const player = page.locator('.player').first();
      const at = async () => (await shown(page, 0)).step;
      await player.locator('.timeline').focus();
      await page.keyboard.press('ArrowLeft');
      expect(await at()).toBe('0 / 22');
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      expect(await at()).toBe('22 / 22');
      await player.getByRole('button', { name: 'Step back' }).click();
      expect(await at()).toBe('21 / 22');
      await page.keyboard.press('ArrowLeft');
      expect(await at()).toBe('20 / 22');
      await player.getByRole('button', { name: 'Step to blame' }).click();
      expect(await at()).toBe('19 / 22');
      await player.locator('.column').nth(7).click();
      expect(await at()).toBe('7 / 22');
      await player.locator('.stage').click();
      await page.keyboard.press('Home');
      expect(await at()).toBe('0 / 22');
      expect(await player.getByRole('slider').getAttribute('aria-valuenow')).toBe('0');
      expect((await shown(page, 1)).step).toBe('0 / 16');
      await page.close();
    });
  });

  it('plays to the end with the space bar, and begins again', async () => {
    await withReport([short], async ({ html }) => {
      const page = await open(html);
      const player = page.locator('.player').first();
      await player.locator('.timeline').focus();
      await page.keyboard.press('Space');
      await player.getByText('3 / 3').waitFor();
      await player.getByRole('button', { name: 'Play' }).waitFor();
      await page.keyboard.press('Space');
      await player.getByText('1 / 3').waitFor();
      await page.keyboard.press('Space');
      await player.getByRole('button', { name: 'Play' }).waitFor();
      expect(await player.locator('.count').textContent()).toBe('1 / 3');
      await page.close();
    });
  });

  it('draws an arrow from each CPU to the page that its CR3 names', async () => {
    await withReport([typical], async ({ report, html }) => {
      const trace = tracesOf(only(report))[0] as Trace;
      for (const width of [1400, 900, 420]) {
        const page = await open(html, { viewport: { width, height: 900 } });
        await page.locator('.player').first().locator('.timeline').focus();
        await page.keyboard.press('End');
        const named = await page.locator('.player').first().evaluate(arrowsLeadTo);
        const state = stateAfter(trace, 22);
        expect(named).toEqual([0, 1].map((cpu) => state[`["cpus",${cpu},"cr3"]`]));
        await page.close();
      }
    });
  });
});

describe('the drawing', () => {
  it('has in the per-CPU pages what the layout of a KASLR boot puts there', async () => {
    await withReport(['specs/mail/kaslr-link-time.yaml'], async ({ report, html }) => {
      const page = await open(html);
      const { areas } = only(report).machine;
      await page.locator('.player').first().scrollIntoViewIfNeeded();
      await page.locator('.player .machine').first().waitFor();
      const mapped = await page
        .locator('tr', { has: page.locator('[data-page="updir of cpu 0"]') })
        .locator('td.area .token')
        .evaluateAll((tokens) => tokens.map((token) => !token.classList.contains('none')));
      const [trace] = tracesOf(only(report));
      const tlb = stateAfter(trace as Trace, 0)['["cpus",0,"tlb",0,"areas"]'];
      expect(areas.filter((_, area) => mapped[area]).join(', ')).toBe('kernel-image');
      expect(tlb).toBe('kernel-image');
      await page.close();
    });
  });
});

/** The pages at which the tips of the arrows are, CPU by CPU. */
const arrowsLeadTo = (player: Element): (string | undefined)[] =>
  [...player.querySelectorAll('.arrow path.tip')].map((tip) => {
    const { right, top, height } = tip.getBoundingClientRect();
    const pages = [...player.querySelectorAll<HTMLElement>('[data-page]')];
    return pages.find((page) => {
      const box = page.getBoundingClientRect();
      const middle = top + height / 2;
      return middle > box.top && middle < box.bottom && Math.abs(box.left - right) < 4;
    })?.dataset.page;
  });

describe('the page', () => {
  it('tells every verdict, step and witness', async () => {
    await withReport([typical], async ({ report, html }) => {
      const page = await open(html);
      const spec = only(report);
      const text = (await page.locator('main').textContent()) ?? '';
      expect(await page.title()).toBe('The design as posted, every step interleaved');
      for (const { name, claim, source, reason } of spec.properties) {
        for (const said of [name, claim, source, reason ?? '']) expect(text).toContain(said);
      }
      for (const { name } of spec.witnesses) expect(text).toContain(name);
      for (const count of Object.values(spec.fired)) {
        expect(text).toContain(count.toLocaleString('en-US'));
      }
      expect(await page.locator('tr.violated').count()).toBe(2);
      expect(await page.locator('.operation-table tbody tr:not(.loop)').count()).toBe(18);
      expect(await page.locator('tr.never').count()).toBe(0);
      await page.close();
    });
  });

  it('marks a step that was never taken', async () => {
    await withReport([short], async ({ report, html }) => {
      const page = await open(html);
      const never = Object.entries(only(report).fired).filter(([, count]) => count === 0);
      const marked = await page.locator('tr.never').allTextContents();
      expect(never.length).toBeGreaterThan(0);
      expect(marked.length).toBe(never.length);
      for (const text of marked) expect(text).toContain('never taken');
      await page.close();
    });
  });

  it('has an index of several specs, which filters them', async () => {
    await withReport([short, 'specs/mail/base.yaml'], async ({ html }) => {
      const page = await open(html);
      const specs = page.locator('article.spec');
      expect(await page.locator('.specs tbody tr').count()).toBe(2);
      await page.getByLabel('Filter').fill('USER-SLOTS-COMPLETE');
      expect(await page.getByRole('status').textContent()).toBe('1 of 2 specs');
      expect(await specs.evaluateAll((all) => all.map((one) => one.checkVisibility()))).toEqual([
        true,
        false,
      ]);
      await page.getByLabel('Filter').fill('');
      await page.getByLabel('Show').selectOption('without');
      expect(await specs.evaluateAll((all) => all.map((one) => one.checkVisibility()))).toEqual([
        false,
        true,
      ]);
      await page.close();
    });
  });

  it('has no serious finding of axe, in light and in dark', async () => {
    await withReport([short, withPcids], async ({ html }) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open(html, { colorScheme, bypassCSP: true });
        for (const key of ['ArrowRight', 'End']) {
          for (const player of await page.locator('.player').all()) {
            await player.locator('.timeline').focus();
            await page.keyboard.press(key);
          }
          expect(await seriousFindings(page)).toEqual([]);
        }
        for (const table of await page.getByText('All steps as a table').all()) await table.click();
        expect(await seriousFindings(page)).toEqual([]);
        await page.close();
      }
    });
  });

  it('scrolls to no side at any width, and moves nothing where motion is to be reduced', async () => {
    await withReport([longest, withPcids], async ({ html }) => {
      for (const width of [1400, 900, 420, 320]) {
        const page = await open(html, {
          viewport: { width, height: 800 },
          reducedMotion: 'reduce',
        });
        for (const player of await page.locator('.player').all()) {
          await player.locator('.timeline').focus();
          await page.keyboard.press('End');
          const behavior = await player
            .locator('.timeline')
            .evaluate((timeline) => getComputedStyle(timeline).scrollBehavior);
          expect(behavior).toBe('auto');
        }
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        await page.close();
      }
    });
  });

  it('prints the table of all steps, and no player', async () => {
    await withReport([typical], async ({ report, html }) => {
      const page = await open(html);
      const trace = tracesOf(only(report))[0] as Trace;
      expect(await page.locator('.step-table').count()).toBe(0);
      await page.emulateMedia({ media: 'print' });
      const table = page.locator('.step-table').first();
      await table.waitFor();
      const rows = await table.locator('tbody tr').allTextContents();
      expect(rows.length).toBe(23);
      for (const [index, { changes, label }] of trace.actions.entries()) {
        expect(rows[index + 1]).toContain(label);
        for (const { text } of changes) expect(rows[index + 1]).toContain(text);
      }
      const players = await page.locator('.player').all();
      expect(await Promise.all(players.map((player) => player.isVisible()))).toEqual([
        false,
        false,
      ]);
      await page.close();
    });
  });

  it('shows what looks like markup as text, and runs none of it', async () => {
    const title = '</script><script>document.title = "owned"</script>';
    const shows = '<img src=x onerror="alert(1)"> <b>&amp;</b> javascript:alert(1)';
    const name = '<img src=x onerror=alert(1)>.yaml';
    const spec = `extends: ${resolve(short)}\ntitle: ${JSON.stringify(title)}\nshows: ${JSON.stringify(shows)}\n`;
    await withReport(
      [name],
      async ({ html }) => {
        const page = await open(html);
        expect(await page.title()).toBe(title);
        expect(await page.locator('h1').textContent()).toBe(title);
        expect(await page.locator('.shows').textContent()).toBe(shows);
        expect(await page.locator('.spec-head .file').textContent()).toContain(name);
        expect(await page.locator('.replay').textContent()).toContain(`replay '${name}' --path`);
        expect(await page.locator('img, b, main script').count()).toBe(0);
        await page.close();
      },
      { [name]: spec },
    );
  });

  it('is small: a report of a typical trace is under 400 KB', async () => {
    await withReport([typical], async ({ html, bytes }) => {
      expect(bytes).toBeLessThan(400_000);
      expect(readFileSync(html, 'utf8')).toContain('"version":1,');
    });
  });
});
