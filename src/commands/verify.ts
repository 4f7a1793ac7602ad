/** `svscheck verify`: derives again, by other means, what a certificate says. */
import { getHeapStatistics } from 'node:v8';
import { explore } from '../explorer/reference.js';
import type { Outcome } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { ImmutableModel } from '../model/immutable-system.js';
import type { Certificate } from '../report/certificate.js';
import { certificateFormat } from '../report/certificate.js';
import { exitCodes } from '../report/exit.js';
import { grouped } from '../report/terminal.js';
import { pathText } from '../report/trace.js';
import { buildSpec } from '../spec/build.js';
import type { DesignModel } from '../spec/design-model.js';
import { KeysDigest } from '../spec/digest.js';
import { plain, UserError } from '../spec/errors.js';
import { specOfText, withoutReductions } from '../spec/load.js';
import type { State } from '../state/immutable.js';
import type { MachineSchema } from '../state/machine.js';
import type { DocumentKind } from './files.js';
import { readDocument } from './files.js';
import { color, print } from './output.js';

const kind: DocumentKind<Certificate> = {
  name: 'a certificate of `svscheck check --certificate`',
  format: certificateFormat,
  version: 1,
  bytesMax: 2 ** 28,
  hint: 'verify it with the version of svscheck that wrote it',
};

/** @returns 1 when what a certificate says is not what is found, else 0 */
export function verify(file: string): number {
  const { lines, exitCode } = verification(file);
  for (const line of lines) print(line);
  return exitCode;
}

interface Verification {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/**
 * Searches the spec of a certificate with the naive explorer and the immutable rules, which share no code with
 * the search that made it, and compares. Throws UserError for what is no certificate.
 */
export function verification(file: string): Verification {
  const certificate = readDocument(file, kind);
  const spec = specOfText(file, JSON.stringify(certificate.spec));
  const model = buildSpec(withoutReductions(spec));
  const differences = found(file, certificate, model);
  const lines = differences.map(
    ({ what, said, found }) =>
      `${color.red('FAIL')} ${plain(what)}: the certificate says ${plain(said)}; found ${found}`,
  );
  if (differences.length > 0) return { lines, exitCode: exitCodes.unexpected.code };
  const { statesDistinct, properties } = certificate;
  const hold = properties.filter(({ result }) => result === 'holds').length;
  const violated = properties.filter(({ result }) => result === 'violated').length;
  const text = `${plain(certificate.spec.title)}: ${grouped(statesDistinct)} states and their digest found again; ${hold} properties hold, ${violated} are violated as it says`;
  return { lines: [`${color.green('ok  ')} ${text}`], exitCode: exitCodes.ok.code };
}

function found(file: string, certificate: Certificate, model: DesignModel): Difference[] {
  const system = new Listing(file, model, certificate.statesDistinct);
  try {
    return [...differencesOf(certificate, model, system, explore(system))];
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error;
    return [{ what: 'statesDistinct', said: String(certificate.statesDistinct), found: 'more' }];
  }
}

class TooManyStates extends Error {}

/** States between two looks at what memory there is. */
const statesPerLook = 4096;
/** Bytes that what is short-lived takes of the heap, and more. */
const spareBytes = 2 ** 26;

/** A model that notes each state that it is asked for the key of, up to as many as there are to be. */
class Listing extends ImmutableModel<MachineSchema> {
  readonly digest = new KeysDigest();
  private readonly keys = new Set<string>();

  constructor(
    private readonly file: string,
    model: DesignModel,
    private readonly statesMax: number,
  ) {
    super(model);
  }

  override key(state: State<MachineSchema>): string {
    const key = super.key(state);
    if (this.keys.has(key)) return key;
    if (this.keys.size === this.statesMax) throw new TooManyStates();
    if (this.keys.size % statesPerLook === 0) this.refuseFull();
    this.keys.add(key);
    this.digest.add(key);
    return key;
  }

  /** Throws UserError before there is no memory for more: nobody could tell of it then. */
  private refuseFull(): void {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    if (limit - used > Math.max(limit / 10, spareBytes)) return;
    const message = `there is no memory for its ${grouped(this.statesMax)} states; ${grouped(this.keys.size)} were found`;
    const hint = 'give Node more, as NODE_OPTIONS=--max-old-space-size=16000';
    throw new UserError([{ code: 'unfinished', file: this.file, message, hint }]);
  }
}

interface Difference {
  readonly what: string;
  readonly said: string;
  readonly found: string;
}

function* differencesOf(
  certificate: Certificate,
  model: DesignModel,
  system: Listing,
  outcome: Outcome,
): Generator<Difference> {
  for (const name of ['statesDistinct', 'statesGenerated', 'depth'] as const) {
    if (certificate[name] === outcome[name]) continue;
    yield { what: name, said: String(certificate[name]), found: String(outcome[name]) };
  }
  const { digest, keys } = system.digest.result;
  if (certificate.digest !== digest) {
    yield { what: 'the digest of the states', said: certificate.digest, found: digest };
  }
  if (certificate.states !== null && certificate.states.join('\n') !== keys?.join('\n')) {
    yield { what: 'the states', said: 'others', found: 'those of the digest' };
  }
  const said = new Map(certificate.properties.map((property) => [property.name, property]));
  for (const [claim, { name }] of claimRows.entries()) {
    const found = resultOf(model, outcome, claim);
    const { result, depth, path } = said.get(name) ?? {
      result: 'nothing',
      depth: null,
      path: null,
    };
    const text = textOf(result, depth, path);
    if (text !== found) yield { what: name, said: text, found };
  }
  const reached = new Map(certificate.witnesses.map(({ name, depth }) => [name, depth]));
  for (const [index, { name }] of witnessRows.entries()) {
    const [told, found] = [reached.get(name), outcome.witnesses[index] ?? null];
    if (told === found) continue;
    yield { what: name, said: `reached in ${told}`, found: `reached in ${found}` };
  }
}

function resultOf(model: DesignModel, outcome: Outcome, claim: number): string {
  const verdict = outcome.verdicts[claim];
  const witness = outcome.witnesses[model.witnessOfClaim[claim] ?? -1];
  if (model.inapplicable[claim] !== null) return 'not-applicable';
  if (verdict?.result === 'violated') {
    return textOf('violated', verdict.depth, pathText(verdict.path));
  }
  return witness === null ? 'not-applicable' : 'holds';
}

const textOf = (result: string, depth: number | null, path: string | null): string =>
  depth === null ? result : `${result} in ${depth} by ${path}`;
