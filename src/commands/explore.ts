/** `svscheck explore`: the states of a spec as a page in which one walks by hand. */
import type { Page } from '../report/html.js';
import { pageOf } from '../report/html.js';
import type { Walk } from '../report/walk.js';
import { walkAlong, walkedSpec } from '../report/walked.js';
import { buildSpec } from '../spec/build.js';
import type { DesignModel } from '../spec/design-model.js';
import { plain, UserError } from '../spec/errors.js';
import { loadSpec } from '../spec/load.js';
import { backgroundSearch } from './background-search.js';
import type { LocalServer, Route } from './local-server.js';
import { Refusal, serveLocally } from './local-server.js';
import { print } from './output.js';
import { alongPath } from './replay.js';
import type { ReadOptions } from './specs.js';
import { withinOf } from './specs.js';

export interface ExploreOptions extends ReadOptions {
  readonly port?: number;
  readonly path: string;
}

/**
 * Actions of a path, at most. Each request takes its path anew, which keeps no state and is fast
 * enough: some 0.1 s for as many.
 */
const actionsMax = 1000;

/** Serves the page until Ctrl-C. @returns 0 */
export async function explore(file: string, options: ExploreOptions): Promise<number> {
  const spec = loadSpec(file, { within: withinOf([file], options) });
  const model = buildSpec(spec);
  walkGiven(file, model, options.path);
  const search = backgroundSearch(spec);
  const get = (answer: Route['answer']): Route => ({ method: 'GET', answer });
  const post = (act: () => void): Route => ({
    method: 'POST',
    answer: () => {
      act();
      return search.now();
    },
  });
  const routes = {
    '/api/walk': get((query) => walkAsked(file, model, query.get('path') ?? '')),
    '/api/search': get(search.now),
    '/api/search/start': post(search.start),
    '/api/search/cancel': post(search.cancel),
  };
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const page = pageOf('explore', spec.title, walkedSpec(spec, model), ["connect-src 'self'"]);
  const server = await listening(file, page, routes, options.port);
  print(`${server.url}#${options.path}`);
  print(`This is ${plain(file)}, on this machine alone; Ctrl-C ends it.`);
  await interrupted;
  await Promise.all([search.end(), server.close()]);
  return 0;
}

/** Throws UserError where there is no such walk. */
function walkGiven(file: string, model: DesignModel, text: string): Walk {
  return alongPath(file, text, (path) => {
    if (path.actions.length > actionsMax) {
      const message = `the path has ${path.actions.length} actions; a walk has ${actionsMax} at most`;
      throw new UserError([{ code: 'bad-path', file, message }]);
    }
    return walkAlong(file, model, path);
  });
}

/** Throws Refusal where there is no such walk. */
function walkAsked(file: string, model: DesignModel, text: string): Walk {
  try {
    return walkGiven(file, model, text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new Refusal(400, error.mistakes.map(({ message }) => message).join('; '));
  }
}

/** Throws UserError where nothing can listen on the port. */
async function listening(
  file: string,
  page: Page,
  routes: Readonly<Record<string, Route>>,
  port: number | undefined,
): Promise<LocalServer> {
  try {
    return await serveLocally(page, routes, port ?? 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (port === undefined || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    const message =
      code === 'EADDRINUSE'
        ? `port ${port} is in use by another program`
        : `port ${port} is not this user's to listen on`;
    const hint = 'name another with --port, or none for any that is free';
    throw new UserError([{ code: 'bad-option', file, message, hint }]);
  }
}
