import fc from 'fast-check';

/** Every run of the mutation tests draws the same cases: a mutant lives or dies by the tests, not by luck. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20120731 });
