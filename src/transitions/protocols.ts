/** Every protocol, by its name in a spec. */
import { mail } from './mail.js';
import { netbsd2018, netbsd2022 } from './netbsd/protocols.js';
import type { Protocol } from './operation.js';

export const protocols: readonly Protocol[] = [mail, netbsd2018, netbsd2022];
