/**
 * A model reduced by partial orders: fewer states, the same verdicts (docs/decisions/5-partial-orders.md).
 *
 * A step is quiet when it reads and writes what is its process's own, and no claim about several
 * processes sees it. Where all that a process can do is quiet, nothing that others do meanwhile can
 * be told from what they do afterwards. So the process goes on at once, all its ways, until it comes
 * to where some step of it is not quiet; only that state is stored and interleaved with others. The
 * states on the way are checked, and forgotten.
 *
 * Processes are the model's families, in their order.
 */
import type { Successors } from '../explorer/system.js';
import type { RecordField } from '../state/schema.js';
import { shut, unlearned } from './learned.js';
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
  /** By state on the way: the patches that are its process's next steps. */
  private readonly nextSteps: number[][] = Array.from({ length: quietMax + 1 }, () => []);
  /** States that may yet be passed on the ways from a step. */
  private room = 0;
  /** The claims that the step, or states on the way from it, violate. */
  private failed = 0;

  constructor(model: Model<S>) {
    super(model, true);
    this.way = new Uint32Array(this.words * (quietMax + 1));
  }

  protected override take(
    process: number,
    patch: number,
    rows: Uint32Array,
    offset: number,
    into: Successors,
  ): void {
    const { patches } = this.rules;
    if (patches.isIdle(patch)) {
      patches.apply(patch, rows, offset, into);
      return;
    }
    patches.write(patch, rows, offset, this.way, 0);
    this.failed = patches.failingOf(patch);
    this.room = passedMax;
    const added = into.count;
    this.follow(process, 0, patches.actionOf(patch), into);
    // What fails on any way is told with a state that is added: there always is one.
    into.failing[added] = this.failed;
  }

  /**
   * Adds the states at which a process comes to where it is not quiet, on from the state at `depth`.
   *
   * Other processes go on from those states alone, so every state on the way must lead to one, or back
   * to the loaded one. A round of quiet steps is fine while some state of it does; else its first
   * one is added.
   *
   * @returns `leadsOut`, or the least depth of a state that this one comes back to
   */
  private follow(process: number, depth: number, action: number, into: Successors): number {
    const { rules, words, way } = this;
    const at = depth * words;
    const again = this.depthOfSame(depth);
    if (again < depth) return again;
    const place = rules.placeOf(process, way, at);
    const isKept =
      depth === quietMax ||
      this.room-- <= 0 ||
      (depth > 0 && this.isLoaded(at)) ||
      !this.isQuiet(place, depth);
    if (isKept) {
      this.add(at, action, into);
      return leadsOut;
    }
    // What other processes' claims see is the same where the way ends.
    this.failed |= rules.failingAt(place, way, at);
    into.shown |= this.witnessed(way, at, ~into.shown);
    let back = depth;
    const steps = this.nextSteps[depth] as number[];
    for (let index = 0; index < steps.length; index++) {
      const patch = steps[index] as number;
      rules.patches.write(patch, way, at, way, at + words);
      this.failed |= rules.patches.failingOf(patch);
      back = Math.min(back, this.follow(process, depth + 1, action, into));
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

  /**
   * Whether all that a process can do is quiet, and there is something that it can do: its next
   * steps are then noted.
   */
  private isQuiet(place: number, depth: number): boolean {
    const { rules, words, way } = this;
    const steps = this.nextSteps[depth] as number[];
    steps.length = 0;
    const actions = rules.actionsAt(place);
    for (let index = 0; index < actions; index++) {
      const patch = rules.way(place, index, way, depth * words);
      if (patch === shut) continue;
      if (patch < shut || patch === unlearned || !rules.patches.isQuiet(patch)) return false;
      steps.push(patch);
    }
    return steps.length > 0;
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
