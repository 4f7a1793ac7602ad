// Tells on descriptor 3, when a process ends, how much memory it had at most (KiB).
const { writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS}\n`));
}
