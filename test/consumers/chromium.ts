/** A real browser for the pages that svscheck makes. */
import { existsSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function openChromium(): Promise<Browser> {
  if (!existsSync(program)) {
    throw new Error(`there is no Chromium at ${program}: install it, or name it in CHROMIUM`);
  }
  return await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
}

/** What axe finds wrong that is serious or critical, as `rule: where`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
