import { expect, it } from 'vitest';
import { canvasOf, Drawing } from '../../../../shared/deploy/commands/drawing.ts';

it('the width of a terminal that has no size is 80, and follows the size afterwards', () => {
  const stream = { isTTY: true, columns: 0, write: () => true };
  const canvas = canvasOf(stream, 'xterm');
  expect(canvas?.columns).toBe(80);
  stream.columns = 120;
  expect(canvas?.columns).toBe(120);
  expect(canvasOf(stream, 'dumb')).toBeUndefined();
  expect(canvasOf({ ...stream, isTTY: false }, 'xterm')).toBeUndefined();
});

it('a drawing breaks long lines at words, and leaves nothing of a longer drawing', () => {
  let drawn = '';
  const drawing = new Drawing({ columns: 12, write: (text) => void (drawn += text) });
  drawing.draw(['  one two three', 'abcdefghijklmnop']);
  expect(drawn).toBe('  one two\u001B[K\n  three\u001B[K\nabcdefghijk\u001B[K\n\u001B[J');
  drawn = '';
  drawing.draw(['done']);
  expect(drawn).toBe('\u001B[3Adone\u001B[K\n\u001B[J');
});
