/** To make what fails small takes longer than to find it. */
import fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true });
