/**
 * A model reduced by partial orders: fewer states, the same verdicts (docs/decisions/5-partial-orders.md).
 *
 * A step is quiet when it reads and writes what is its process's own, and no claim about several
 * processes sees it. Where all that a process can do is quiet, nothing that others do meanwhile can
 * be told from what they do afterwards. So the process goes on at once, all its ways, until it comes
 * to where some step of it is not quiet; only that state is stored and interleaved with others. The
 * states on the way are checked, and forgotten.
 */
import type { Successors } from '../explorer/system.js';
import type { RecordField } from '../state/schema.js';
import { disabled, shut, unlearned } from './learned.js';
import type { Model } from './model.js';
import { PackedModel } from './packed-system.js';

/** Quiet steps that are taken at once, at most: then the state is stored as any other is. */
const quietMax = 64;
/** States on all ways from one step, at most: the ways of steps that part and meet are very many. */
const passedMax = 2 ** 12;
/** What follow() says of a state that leads to one that is stored: less than any depth. */
const leadsOut = -1;

export class ReducedModel<S extends RecordField> extends PackedModel<S> {
  readonly leaps = true;
  /** The states on the way from the loaded one, one after another. */
  private readonly way: Uint32Array;
  /** States that may yet be passed on the ways from a step. */
  private room = 0;
  /** The claims that the step, or states on the way from it, violate. */
  private failed = 0;

  constructor(model: Model<S>) {
    super(model, true);
    this.way = new Uint32Array(this.words * (quietMax + 1));
  }

  override expand(into: Successors): void {
    const first = into.count;
    super.expand(into);
    if (this.model.processes === null) return;
    // What super added is taken back, row by row, and followed to where it ends.
    const end = into.count;
    const { words } = this;
    const rows = into.rows.slice(first * words, end * words);
    const actions = into.actions.slice(first, end);
    const failing = into.failing.slice(first, end);
    into.count = first;
    for (let row = 0; row < actions.length; row++) {
      this.way.set(rows.subarray(row * words, (row + 1) * words));
      this.failed = failing[row] as number;
      this.room = passedMax;
      const added = into.count;
      this.follow(0, actions[row] as number, into);
      // What fails on any way is told with a state that is added: there always is one.
      into.failing[added] = this.failed;
    }
  }

  /**
   * Adds the states at which the process of `action` comes to where it is not quiet, on from the
   * state at `depth`.
   *
   * Other processes go on from those states alone, so every state on the way must lead to one, or back
   * to the loaded one. A round of quiet steps is fine while some state of it does; else its first
   * one is added.
   *
   * @returns `leadsOut`, or the least depth of a state that this one comes back to
   */
  private follow(depth: number, action: number, into: Successors): number {
    const { rules, words, way } = this;
    const at = depth * words;
    const process = this.processOf(action);
    const again = this.depthOfSame(depth);
    if (again < depth) return again;
    const isKept =
      depth === quietMax ||
      this.room-- <= 0 ||
      (depth > 0 && this.isLoaded(at)) ||
      !this.isQuietAt(process, at);
    if (isKept) {
      this.add(at, action, into);
      return leadsOut;
    }
    this.failed |= this.failing(way, at, -1);
    into.shown |= this.witnessed(way, at, ~into.shown);
    const place = rules.placeOf(process, way, at);
    const actions = rules.actionsAt(place);
    let back = depth;
    for (let index = 0; index < actions; index++) {
      const patch = rules.way(place, index, way, at);
      if (patch <= shut) continue;
      rules.patches.write(patch, way, at, way, at + words);
      this.failed |= rules.patches.failingOf(patch);
      back = Math.min(back, this.follow(depth + 1, action, into));
    }
    if (back < depth) return back;
    this.add(at, action, into);
    return leadsOut;
  }

  private add(at: number, action: number, into: Successors): void {
    const { words, way } = this;
    const row = into.next();
    for (let word = 0; word < words; word++) {
      into.rows[row * words + word] = way[at + word] as number;
    }
    into.actions[row] = action;
    into.failing[row] = 0;
  }

  /** Whether all that a process can do is quiet, and there is something that it can do. */
  private isQuietAt(process: number, at: number): boolean {
    const { rules, way } = this;
    const place = rules.placeOf(process, way, at);
    const actions = rules.actionsAt(place);
    let enabled = 0;
    for (let index = 0; index < actions; index++) {
      const patch = rules.way(place, index, way, at);
      if (patch === shut) continue;
      if (patch === disabled || patch === unlearned || !rules.patches.isQuiet(patch)) return false;
      enabled++;
    }
    return enabled > 0;
  }

  /** The loaded state is stored already, so what leads back to it leads out. */
  private isLoaded(at: number): boolean {
    const { words, way, rows, offset } = this;
    let word = 0;
    while (word < words && rows[offset + word] === way[at + word]) word++;
    return word === words;
  }

  /** The depth of the first state on the way that is the one at `depth`. */
  private depthOfSame(depth: number): number {
    const { words, way } = this;
    const at = depth * words;
    for (let before = 0; before < depth; before++) {
      let word = 0;
      while (word < words && way[before * words + word] === way[at + word]) word++;
      if (word === words) return before;
    }
    return depth;
  }
}
