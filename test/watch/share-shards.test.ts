import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { nextMove, UNKNOWN, type ShardsView } from '../../src/watch/share-shards.ts';

/** `a.b?` is: a holds the first shard, nobody the second, b the third, and perhaps somebody the fourth. */
function seenBy(self: string, text: string, rest: Partial<ShardsView> = {}): ShardsView {
  const holders = text.split('').map((holder) => (holder === '.' ? undefined : holder === '?' ? UNKNOWN : holder));
  return { self, holders, waiting: undefined, silent: new Set(), leftOver: new Set(), ...rest };
}

describe('a replica', () => {
  const cases: readonly (readonly [string, ShardsView, 'take' | 'give' | undefined])[] = [
    ['takes a free shard when it is alone', seenBy('a', '....'), 'take'],
    ['takes a free shard when nobody has fewer', seenBy('a', 'aabb.'), 'take'],
    ['leaves a free shard to one who has fewer', seenBy('a', 'aab.'), undefined],
    ['leaves a free shard to one who waits', seenBy('a', 'a.b', { waiting: 'c' }), undefined],
    [
      'takes what one who waits does not take any more',
      seenBy('a', 'a.b', { waiting: 'c', silent: new Set('c') }),
      'take',
    ],
    ['takes a free shard though one who holds fewer is silent', seenBy('a', 'aab.', { silent: new Set('b') }), 'take'],
    ['takes what is left over though others have fewer', seenBy('a', 'aab.', { leftOver: new Set([3]) }), 'take'],
    ['takes a free shard though another one cannot be looked at', seenBy('a', '.?'), 'take'],
    ['takes as many as others have, whoever has what cannot be looked at', seenBy('a', 'aabb.?'), 'take'],
    [
      'gives none while one cannot be looked at: it may be on its way',
      seenBy('a', 'aaa?', { waiting: 'c' }),
      undefined,
    ],
    ['gives one to who waits', seenBy('a', 'aabb', { waiting: 'c' }), 'give'],
    ['gives none while another is on its way', seenBy('a', 'aaa.', { waiting: 'c' }), undefined],
    ['gives none to who is silent', seenBy('a', 'aaab', { silent: new Set('b') }), undefined],
    ['gives none when another one has as many and its turn', seenBy('b', 'aabb', { waiting: 'c' }), undefined],
    ['rests when nobody has two fewer', seenBy('a', 'aabbc'), undefined],
    ['rests when there are more replicas than shards', seenBy('a', 'ab', { waiting: 'c' }), undefined],
  ];
  test.each(cases)('%s', (_, view, move) => {
    expect(nextMove(view)?.type).toBe(move);
  });

  test('takes only what is free, and gives only what it has', () => {
    expect(nextMove(seenBy('a', 'ab.b'))).toEqual({ type: 'take', shard: 2 });
    expect(nextMove(seenBy('a', 'aab..', { leftOver: new Set([4]) }))).toEqual({ type: 'take', shard: 4 });
    expect(nextMove(seenBy('a', 'babab', { waiting: 'c' }))?.shard).toBeUndefined();
    expect([1, 3]).toContain(nextMove(seenBy('a', 'bacac', { waiting: 'd', silent: new Set('bc') }))?.shard);
  });
});

describe('all replicas together', () => {
  const replicas = ['a', 'b', 'c', 'd', 'e'];
  const start = fc.record({
    holders: fc.array(fc.constantFrom(undefined, ...replicas), { minLength: 2, maxLength: 16 }),
    live: fc.integer({ min: 1, max: 5 }).map((count) => replicas.slice(0, count)),
    order: fc.infiniteStream(fc.nat()),
  });

  test('come to rest with shares that differ by one at most, in whatever order they look', () => {
    fc.assert(
      fc.property(start, ({ holders, live, order }) => {
        const shards = holders.map((holder) => (holder !== undefined && live.includes(holder) ? holder : undefined));
        const moves = play(shards, live, order);
        const shares = live.map((name) => shards.filter((holder) => holder === name).length);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        expect(shards).not.toContain(undefined);
        // Each shard is given back once at most on the way.
        expect(moves.filter((move) => move === 'give').length).toBeLessThanOrEqual(shards.length);
      }),
    );
  });

  /** One after the other looks and moves, until nobody has moved for a long time; changes `shards`. */
  function play(shards: (string | undefined)[], live: readonly string[], order: Iterable<number>): readonly string[] {
    const moves: string[] = [];
    let quiet = 0;
    for (const number of order) {
      const self = live[number % live.length] ?? '';
      const waiting = live.find((name) => !shards.includes(name));
      const move = nextMove({ self, holders: shards, waiting, silent: new Set(), leftOver: new Set() });
      if (move !== undefined) shards[move.shard] = move.type === 'take' ? self : undefined;
      if (move !== undefined) moves.push(move.type);
      quiet = move === undefined ? quiet + 1 : 0;
      if (quiet > 200) return moves;
    }
    return moves;
  }
});
