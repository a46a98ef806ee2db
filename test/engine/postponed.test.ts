import { expect, test } from '@jest/globals';
import { Postponed } from '../../src/engine/postponed.ts';

test('the first of very many that are postponed is known', () => {
  const postponed = new Postponed();
  expect(postponed.nextMs).toBeUndefined();
  for (let index = 0; index < 300_000; index += 1) postponed.until(`roles/${index}`, 1000 + ((index + 7) % 300_000));
  expect(postponed.nextMs).toBe(1000);
});
