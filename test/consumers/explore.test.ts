/** The page of `svscheck explore` in a real browser: walked by clicks and by keys. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Exploring, exploring } from '../cli/exploring.js';
import { inFolder, svscheck } from '../cli/run.js';
import { openChromium, seriousFindings } from './chromium.js';

const small = 'specs/mail/other-cpus-only.yaml';
const interleaved = 'specs/mail/interleaved.yaml';

let browser: Browser;
let servers: Map<string, Exploring>;
/** What the browser had to complain about: scripts that fail, policies that are broken. */
const complaints: string[] = [];

beforeAll(async () => {
  browser = await openChromium();
  servers = new Map();
  for (const spec of [small, interleaved]) servers.set(spec, await exploring([spec]));
});
afterAll(async () => {
  await browser.close();
  for (const server of servers.values()) expect((await server.stop()).code).toBe(0);
});
afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
});

async function open(spec: string, path = '0:', options = {}): Promise<Page> {
  const { url } = servers.get(spec) as Exploring;
  return await openAt(new URL(`#${path}`, url), options);
}

async function openAt(url: URL, options = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url.href);
  await place(page).waitFor();
  return page;
}

const place = (page: Page) => page.getByRole('heading', { name: /^The (initial )?state/ });
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });
const pathOf = (page: Page) => page.getByRole('textbox', { name: 'Path' }).inputValue();

/** Takes a step, and waits until the page is at the state after it. */
async function take(page: Page, label: string): Promise<void> {
  const before = await pathOf(page);
  await button(page, label).first().click();
  await expect.poll(() => pathOf(page)).not.toBe(before);
}

const at = (page: Page, steps: string) =>
  page.getByRole('heading', { name: `The state after ${steps}`, exact: true }).waitFor();

describe('a walk by clicks', () => {
  it('comes to the violation of other-cpus-only in three steps, and names it', async () => {
    const page = await open(small);
    await take(page, 'hardware-entry, load-kpdirpa');
    const slot = page.locator('section.cpu-steps', { hasText: 'l4-allocate(slot 0)' });
    await slot.getByRole('button', { name: 'lock-pmap, set-slot, unlock-pmap' }).first().click();
    await at(page, '2 steps');
    const last = page.locator('li.step', { hasText: 'load-updirpa, iret' });
    expect(await last.innerText()).toContain('violates user-slots-complete');
    expect(await page.locator('.violation').count()).toBe(0);
    await take(page, 'load-updirpa, iret');
    await at(page, '3 steps');
    expect(await pathOf(page)).toBe('0:0.6.3');
    const violation = await page.locator('.violation').innerText();
    expect(violation).toContain('user-slots-complete is violated');
    expect(violation).toContain(
      'Here a slot of the process is not in the per-CPU page (cpu 0; slot 0; page: updir of cpu 0; should map: pmap 0).',
    );
    const { code, out } = svscheck(['replay', small, '--path', await pathOf(page)]);
    expect(code).toBe(1);
    expect(out).toContain('user-slots-complete is violated');
    const line = `svscheck replay ${small} --path 0:0.6.3`;
    expect(await page.locator('.replay').innerText()).toBe(line);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button(page, 'Copy').click();
    await button(page, 'Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(line);
  });

  it('goes back and forward with the browser, and back by its own button', async () => {
    const page = await open(small, '0:0');
    await take(page, 'load-updirpa, iret');
    await at(page, '2 steps');
    await page.goBack();
    await at(page, '1 step');
    expect(await pathOf(page)).toBe('0:0');
    await page.goForward();
    await at(page, '2 steps');
    await button(page, 'Back one step').click();
    await at(page, '1 step');
    await button(page, 'Back one step').click();
    await page.getByRole('heading', { name: 'The initial state' }).waitFor();
    expect(await button(page, 'Back one step').getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('ArrowLeft');
    expect(await pathOf(page)).toBe('0:');
  });

  it('draws the state: what changed, and the page that is loaded', async () => {
    const page = await open(small, '0:0');
    const value = (path: string) => page.locator(`.machine [data-path='${path}']`).first();
    expect(await value('["cpus",0,"mode"]').innerText()).toContain('kernel');
    expect(await value('["cpus",0,"cr3"]').innerText()).toContain('L4 of pmap 0');
    expect(await value('["cpus",0,"cr3"]').getAttribute('class')).toContain('changed');
    expect(await value('["cpus",0,"pmap"]').getAttribute('class')).not.toContain('changed');
  });

  it('shows which step waits', async () => {
    const page = await open(interleaved);
    for (const label of ['hardware-entry', 'load-kpdirpa', 'lock-pmap']) await take(page, label);
    await at(page, '3 steps');
    expect(await page.locator('.waiting').count()).toBe(0);
    const other = page.locator('section.cpu-steps').nth(1);
    const step = (label: string) => other.getByRole('button', { name: label, exact: true });
    for (const [label, steps] of [
      ['hardware-entry', '4 steps'],
      ['load-kpdirpa', '5 steps'],
    ] as const) {
      await step(label).click();
      await at(page, steps);
    }
    const start = other.locator('li.step', {
      has: page.getByRole('button', { name: 'l4-allocate(slot 0)' }),
    });
    expect(await start.innerText()).toContain('then waits for cpu 0');
    await step('l4-allocate(slot 0)').click();
    await at(page, '6 steps');
    expect(await page.locator('.waiting').allInnerTexts()).toEqual([
      'l4-allocate(slot 0)/lock-pmap waits for cpu 0',
    ]);
  });
});

describe('a jump', () => {
  it('searches, goes to the end of a trace of 16 steps, and walks along it', async () => {
    const page = await open(interleaved);
    await button(page, 'Search').click();
    await button(page, 'Jump to its end, 16 steps').click();
    await at(page, '16 steps');
    const names = await page.locator('.violation h3').allInnerTexts();
    expect(names).toEqual(['no-foreign-slots is violated']);
    const trail = page.locator('.trail > li');
    expect(await trail.count()).toBe(17);
    for (const steps of ['15 steps', '14 steps']) {
      await button(page, 'Back one step').click();
      await at(page, steps);
    }
    expect(await page.locator('.violation').count()).toBe(0);
    expect(await trail.count()).toBe(17);
    const ahead = page.locator('li.step.ahead');
    expect(await ahead.innerText()).toContain('next step of the trace to no-foreign-slots');
    await ahead.getByRole('button').click();
    await at(page, '15 steps');
    await page.keyboard.press('ArrowRight');
    await at(page, '16 steps');
    await page.locator('.trail a').nth(3).click();
    await at(page, '3 steps');
    await button(page, 'Walk from its beginning').nth(1).click();
    await page.getByRole('heading', { name: 'The initial state' }).waitFor();
    for (let steps = 1; steps <= 16; steps++) {
      await page.keyboard.press('ArrowRight');
      await at(page, steps === 1 ? '1 step' : `${steps} steps`);
    }
    expect(await page.locator('.violation h3').allInnerTexts()).toEqual(names);
  });

  it('is to a path that is typed; one that cannot be taken is refused, and nothing else changes', async () => {
    const page = await open(small);
    const path = page.getByRole('textbox', { name: 'Path' });
    await path.fill('0:0.6');
    await path.press('Enter');
    await at(page, '2 steps');
    await path.fill('0:0.6.999');
    await path.press('Enter');
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toBe('action 3 of the path: there is no action 999.');
    await at(page, '2 steps');
    await path.fill('0:');
    await path.press('Enter');
    await page.getByRole('heading', { name: 'The initial state' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    // The browser tells of every answer that is not 200.
    expect(complaints.splice(0)).toHaveLength(1);
  });
});

describe('by keyboard', () => {
  it('one walks from step to step, and hears what has happened', async () => {
    const page = await open(small);
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('button')?.textContent ?? '');
    await button(page, 'hardware-entry, load-kpdirpa').focus();
    await page.keyboard.press('Enter');
    await at(page, '1 step');
    expect(await page.getByRole('status').innerText()).toBe(
      'Step 1, cpu 0: trap, hardware-entry, load-kpdirpa. mode: user -> kernel. cr3: updir of cpu 0 -> L4 of pmap 0. tlb areas: + pte. 5 steps can be taken.',
    );
    expect(await focused()).toBe('load-updirpa, iret');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('lock-pmap, set-slot, unlock-pmap');
    await page.keyboard.press('Enter');
    await at(page, '2 steps');
    await page.keyboard.press('Enter');
    await at(page, '3 steps');
    expect(await page.getByRole('status').innerText()).toContain(
      'user-slots-complete is violated.',
    );
    await page.keyboard.press('ArrowLeft');
    await at(page, '2 steps');
  });
});

describe('the page', () => {
  it('shows a hostile title as text', async () => {
    const title =
      '</title></script><script>document.title = 1</script><img src=x onerror=alert(1)>';
    const text = `title: "${title}"\nextends: ${process.cwd()}/${small}\n`;
    await inFolder({ 'a.yaml': text }, async (folder) => {
      const server = await exploring(['--extends-anywhere', 'a.yaml'], folder);
      const page = await openAt(server.url);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(title);
      expect(await page.title()).toBe(title);
      expect(await page.locator('img').count()).toBe(0);
      await server.stop();
    });
  });

  it('says so when its server has ended', async () => {
    const server = await exploring([small]);
    const page = await openAt(server.url);
    expect((await ask(server, '/api/search')).status).toBe(200);
    await server.stop();
    await button(page, 'hardware-entry, load-kpdirpa').click();
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toBe('svscheck does not answer: it has ended, or is to be started again.');
    expect(complaints.splice(0)).toHaveLength(1);
  });

  it('cannot be framed, nor asked by another page that knows its token', async () => {
    const server = servers.get(small) as Exploring;
    const { url, token } = server;
    const page = await browser.newPage();
    await page.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${url.href}"></iframe>` }),
    );
    await page.goto('http://evil.example/');
    const asked = await page.evaluate(
      async ([origin, bearer]) => {
        const headers = { Authorization: `Bearer ${bearer}` };
        const simple = await fetch(`${origin}/api/search`).then(String, String);
        const full = await fetch(`${origin}/api/search`, { headers }).then(String, String);
        return [simple, full];
      },
      [url.origin, token],
    );
    expect(asked).toEqual(['TypeError: Failed to fetch', 'TypeError: Failed to fetch']);
    expect(page.frames().map((frame) => frame.url())).toEqual([
      'http://evil.example/',
      'chrome-error://chromewebdata/',
    ]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1400, 420]) {
      it(`has no serious finding of axe, and fits: ${colorScheme}, ${width}`, async () => {
        const options = { colorScheme, viewport: { width, height: 900 } };
        const page = await open(interleaved, '0:', options);
        const search = button(page, 'Search');
        if ((await search.count()) > 0) await search.click();
        await button(page, 'Walk from its beginning').first().click();
        await page.locator('li.step.ahead').waitFor();
        expect(await seriousFindings(page)).toEqual([]);
        await button(page, 'Jump to its end, 16 steps').click();
        await at(page, '16 steps');
        expect(await seriousFindings(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      });
    }
  }
});
