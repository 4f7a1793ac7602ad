/** Specs of a few states, for reports: one of each ending, and one whose names are hostile. */

const machine = 'protocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n';
const violated = `${machine}edits:\n  - replace: l4-allocate/walk-cpus\n    with: walk-other-cpus\n`;

export const files = {
  'good.yaml': `title: Good\n${machine}expect: { kernel-mode: reachable }\n`,
  'expected.yaml': `title: Violated as expected\n${violated}expect: { user-slots-complete: violated }\n`,
  'violated.yaml': `title: Violated\n${violated}expect: { kernel-mode: unreachable }\n`,
  'mistake.yaml': 'title: A mistake\nprotocol: mial\n',
  'extends.yaml': 'title: Of a base that is wrong\nextends: mistake.yaml\n',
};

/** What XML has no character for, what ends a CDATA section, a cell, a fence, a fold, or a command. */
const title =
  '"]]> <b> & \\e[31m \\x7f \\u202e \\ufffe \\uffff | ```` </details> {0} [a](b) %0A \\n::error::"';

/** A path, with the slash of `</details>`. */
export const hostile =
  'q"\'&]]>%0A|\\`````</details>{0}[a](b)\u202e\u001b[31m\n::error file=x,line=1::y.yaml';
export const hostileFiles = { [hostile]: `title: ${title}\n${violated}` };
