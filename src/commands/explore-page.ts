import type { Page } from './local-server.js';

export function explorePage(): Page {
  return { html: '<!doctype html><title>x</title>', script: '', style: '' };
}
