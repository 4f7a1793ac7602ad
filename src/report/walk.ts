/** A walk by hand, as data: what the page of `svscheck explore` is told. Types alone, for both sides. */
import type { ReportedMachine, ReportedProperty, ToldAction, Trace } from './document.js';

/** What is walked in. */
export interface WalkedSpec {
  readonly file: string;
  readonly title: string;
  readonly shows: string | null;
  /** How many initial states there are; a path begins with the number of one, from 0. */
  readonly initials: number;
  readonly machine: ReportedMachine;
}

/** Where a path leads, and where one can go from there. */
export interface Walk {
  /** The path as a story; the state after its last action is where the walk is. */
  readonly trace: Trace;
  /** The command that takes the path again. */
  readonly replay: string;
  /** The properties that are violated there. */
  readonly violated: readonly Violation[];
  /** The actions that can be taken, in the model's order: CPU by CPU. */
  readonly enabled: readonly EnabledAction[];
  /** The steps before which a CPU stands and waits. */
  readonly waiting: readonly WaitingStep[];
}

export interface Violation extends Pick<ReportedProperty, 'name' | 'claim' | 'source'> {
  /** The part of the claim that is false. */
  readonly conjunct: string;
  /** What it is false for, names to labels. */
  readonly values: Readonly<Record<string, string>>;
}

/** An action that is yet to be taken: what it would change. */
export interface EnabledAction extends ToldAction {
  /** The properties that it violates, or that are violated after it. */
  readonly violates: readonly string[];
  /** What its CPU then waits for, as in WaitingStep, or null. */
  readonly awaits: string | null;
}

export interface WaitingStep extends Pick<ToldAction, 'cpu' | 'operation' | 'label'> {
  /** What it waits for: a CPU, or `its store buffer`. */
  readonly awaited: string;
}

/** The exhaustive search that finds where to jump to. */
export interface WalkSearch {
  readonly state: 'not-started' | 'running' | 'ended';
  /** How far a search is that runs, in words, where that is known. */
  readonly progress: string | null;
  /** What ended it early, or null. */
  readonly stoppedBy: string | null;
  readonly statesDistinct: number;
  /** What was found when it ended. */
  readonly properties: readonly FoundProperty[];
}

export interface FoundProperty
  extends Pick<ReportedProperty, 'name' | 'claim' | 'source' | 'result' | 'depth'> {
  /** The path to a violation, or null. */
  readonly path: string | null;
}
