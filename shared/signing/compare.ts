/** Compares in constant time: the duration does not reveal where two texts differ. The length is not a secret. */
export function constantTimeEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    // Beyond the end of b this is NaN, which `^` treats as 0. Different lengths have already set `difference`.
    difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  }
  return difference === 0;
}
