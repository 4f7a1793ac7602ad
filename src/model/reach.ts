/**
 * What a process's own variables are worth: the reduction by partial orders goes by them.
 *
 * The schema says how far a process's variables reach. Whatever is learned of a rule or claim is
 * held against it here, in every search, reduced or not, so that a step that touches what another
 * process owns is found out wherever it is first taken.
 */
import type { BitMasks } from '../state/packed.js';
import { reachOf } from '../state/packed.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Tape, Test } from '../state/tape.js';
import type { Action, Model, Observed } from './model.js';

/** The model breaks what its schema says: a mistake of ours, never of a user's. */
class ReachFault extends Error {}

export class Reaches<S extends RecordField> {
  /** By process: what no other may write, what no other may read, what no claim may read. */
  private readonly notWritten: BitMasks[];
  private readonly notRead: BitMasks[];
  private readonly hidden: BitMasks[];

  /** Whether the schema says anything of processes. */
  readonly areTold: boolean;

  constructor(private readonly model: Model<S>) {
    const { processes, families, actions } = model;
    this.areTold = processes !== null;
    if (processes !== null) {
      const isEach =
        families.length === processes.domain.ids.length &&
        families.every((family, process) =>
          family.actions.every((some) => some.every((action) => action.process === process)),
        ) &&
        actions.every(({ process }) => process < families.length);
      if (!isEach) throw new ReachFault('the families are not those of the processes');
    }
    const rows = model.processes === null ? [] : reachOf(model.schema, model.processes.domain);
    const union = (...masks: readonly BitMasks[]): BitMasks =>
      (masks[0] as BitMasks).map((_, word) =>
        masks.reduce((bits, mask) => bits | (mask[word] as number), 0),
      );
    this.notWritten = rows.map((row) => union(row['own-writes'], row.own, row.hidden));
    this.notRead = rows.map((row) => union(row.own, row.hidden));
    this.hidden = rows.map((row) => row.hidden);
  }

  /** Throws when the action on a tape touches what is another process's own. */
  holdAction({ process, label }: Action<Draft<S>>, tape: Tape): void {
    const written = tape.writtenBits();
    for (let other = 0; other < this.notRead.length; other++) {
      if (other === process) continue;
      const [notRead, notWritten] = [this.notRead[other], this.notWritten[other]];
      const reads = tape.tests.some((test) => meets(test, notRead as BitMasks));
      const writes = written.some((bits, word) => (bits & (notWritten?.[word] ?? 0)) !== 0);
      if (reads || writes) {
        throw new ReachFault(`'${label}' ${reads ? 'reads' : 'writes'} what process ${other} owns`);
      }
    }
  }

  /** Throws when what a process can do next is told by what others write. */
  holdSelect(family: number, tests: readonly Test[]): void {
    if (this.areTold && !this.isOwnWay(family, tests)) {
      throw new ReachFault(`where process ${family} stands is written by others`);
    }
  }

  /**
   * Throws when a claim or witness about a process's own (`ownOf`) reads what others write, or when
   * any other reads what is hidden, but for looking it up where observe() does.
   */
  holdClaim(ownOf: number | null, tests: readonly Test[]): void {
    if (ownOf !== null) {
      if (this.isOwnWay(ownOf, tests)) return;
      throw new ReachFault('a claim about what is its own reads what others write');
    }
    for (const test of tests) {
      const looksUp = test.kind === 'class' && this.model.processes?.lookUps.has(test.classes);
      if (!looksUp && this.hidden.some((mask) => meets(test, mask))) {
        throw new ReachFault('a claim reads what is hidden from it');
      }
    }
  }

  /** Whether no other process writes what some tests look at. */
  isOwnWay(process: number, tests: readonly Test[]): boolean {
    const own = this.notWritten[process];
    return own !== undefined && tests.every((test) => isWithin(test, own));
  }

  /** Whether the step on a tape is no other's business, and what it changed in itself no claim's. */
  isOwnStep(process: number, tape: Tape): boolean {
    const [own, hidden] = [this.notRead[process], this.hidden[process]];
    if (own === undefined || hidden === undefined) return false;
    return (
      this.isOwnWay(process, tape.tests) &&
      tape.writtenBits().every((bits, word) => (bits & ~(own[word] as number)) === 0) &&
      hidden.every((bits, word) => (~tape.patchOf(word).keep & ~bits) === 0)
    );
  }

  /** What claims can see of a process's hidden variables. */
  observe(view: Draft<S>, process: number): Observed {
    return this.model.processes?.observe(view, process) ?? { looks: '', claims: [] };
  }

  /** Whether after a step claims see no less of its process than before, and nothing else. */
  isUnseen(before: Observed, after: Observed): boolean {
    return (
      before.looks === after.looks && before.claims.every((claim) => after.claims.includes(claim))
    );
  }
}

const bitsOf = (test: Test): number => (test.kind === 'all' ? test.mask : test.mask << test.shift);
const meets = (test: Test, mask: BitMasks): boolean =>
  (bitsOf(test) & (mask[test.word] as number)) !== 0;
const isWithin = (test: Test, mask: BitMasks): boolean =>
  (bitsOf(test) & ~(mask[test.word] as number)) === 0;
