/** Compares without telling by its duration where two texts differ. The length is not a secret. */
export function constantTimeEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    // Past the end of b this is NaN, which `^` takes as 0; the length has already made the difference.
    difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  }
  return difference === 0;
}
