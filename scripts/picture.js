/**
 * Draws docs/report.png: the player of a report at the last step of its first trace, in Chromium.
 *
 *   npm run picture
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const spec = 'specs/mail/interleaved.yaml';
const folder = mkdtempSync(join(tmpdir(), 'svscheck-picture-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const html = join(folder, 'report.html');
  const args = ['dist/cli.js', 'check', spec, '--reporter', `html=${html}`];
  const { status } = spawnSync(process.execPath, args);
  if (status !== 0) throw new Error(`check of ${spec} ended with ${status}`);
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    deviceScaleFactor: 2,
    colorScheme: 'light',
  });
  await page.goto(pathToFileURL(html).href);
  const player = page.locator('.player').first();
  await player.getByRole('button', { name: 'Last step' }).click();
  await player.locator('.arrow').first().waitFor({ state: 'attached' });
  await page.mouse.move(0, 0);
  await player.screenshot({ path: 'docs/report.png', animations: 'disabled' });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
