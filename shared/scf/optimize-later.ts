import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function may run through before V8 thinks of optimizing it: a little over twice the default. */
const BUDGET = 300_000;

/**
 * Makes the optimizer wait for what is really hot. Most instances live for some hundred events, and by default V8 spends a
 * third of their CPU on optimizing code that it throws away again. Called when everything is loaded: Node's own modules
 * come ready-made only while no flag differs from those of its build. It changes no result.
 */
export function optimizeLater(): void {
  setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
