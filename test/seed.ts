import * as fc from 'fast-check';

// The same inputs in every run and on every machine. So a build fails by a change and never by chance, and each mutant
// meets the same tests. `npm run test:fuzz` and `npm run test:chaos` look for other inputs and print their seeds.
fc.configureGlobal({ seed: 1 });
