import {
  add,
  and,
  constant,
  get,
  isLess,
  load,
  loadWide,
  moduleOf,
  narrow,
  repeat,
  set,
  shiftLeft,
  shiftRight,
  store,
  widen,
  xor,
  xorWide,
  type Code,
} from './web-assembly.ts';

const ROUNDS = 16;
/** So many are written out and gone through twice: the code of all of them is more than some processors keep decoded. */
const ROUNDS_WRITTEN_OUT = 8;
export const ROUND_KEYS = ROUNDS + 2;
/** Words of the tables of a key: the round keys and four boxes of 256. */
export const TABLE_WORDS = ROUND_KEYS + 4 * 256;

/** Where a lane has what, in bytes from its beginning. */
const BOXES = ROUND_KEYS * 4;
const BOX_BYTES = 256 * 4;
const BLOCK = TABLE_WORDS * 4;
/** Not a multiple of 4 KiB, so that the lanes do not push one another out of the cache. */
const LANE_BYTES = BLOCK + 56;

/** One cipher with a key of its own. */
export interface Lane {
  /** `TABLE_WORDS` of them. */
  readonly tables: Int32Array;
  /** The two words that `encrypt` changes. */
  readonly block: Int32Array;
}

/** Several ciphers in step. */
export interface Blowfish {
  readonly lanes: readonly Lane[];
  /** Encrypts the block of each lane. */
  encrypt(): void;
  /** Puts what encrypting zeros again and again gives in place of the tables of each lane, two words at a time. */
  refill(): void;
}

/**
 * Blowfish for so many keys at once. Each step waits for what the step before read from memory, so one cipher leaves a core idle
 * most of the time; the steps of others fit in between. The code is made here, since it says the same once more for each lane.
 */
export function openBlowfish(laneCount: number): Blowfish {
  const { encrypt, refill, memory } = new WebAssembly.Instance(new WebAssembly.Module(blowfishCode(laneCount))).exports;
  const lanes = lanesOf(laneCount).map((lane) => ({
    tables: new Int32Array(memory.buffer, lane * LANE_BYTES, TABLE_WORDS),
    block: new Int32Array(memory.buffer, lane * LANE_BYTES + BLOCK, 2),
  }));
  return { lanes, encrypt, refill };
}

function blowfishCode(laneCount: number): Uint8Array {
  const lanes = lanesOf(laneCount);
  const [round, at] = [2 * laneCount, 2 * laneCount + 1];
  const locals = at + 1;
  return moduleOf([
    { name: 'encrypt', locals, body: encryptBlocks(lanes, round) },
    { name: 'refill', locals, body: refillTables(lanes, { round, at }) },
  ]);
}

function encryptBlocks(lanes: readonly number[], round: number): Code {
  const address = constant(0);
  const half = (lane: number, side: number): Code => load(address, lane * LANE_BYTES + BLOCK + side);
  return [
    ...lanes.flatMap((lane) => [...set(left(lane), half(lane, 0)), ...set(right(lane), half(lane, 4))]),
    ...encryptHalves(lanes, round),
    ...lanes.flatMap((lane) => storeHalves(lane, address, BLOCK)),
  ];
}

/** @param locals `at` counts the bytes; like all locals it begins at 0 */
function refillTables(lanes: readonly number[], { round, at }: { readonly round: number; readonly at: number }): Code {
  return repeat(
    [
      ...encryptHalves(lanes, round),
      ...lanes.flatMap((lane) => storeHalves(lane, get(at), 0)),
      ...set(at, add(get(at), constant(8))),
    ],
    isLess(get(at), constant(TABLE_WORDS * 4)),
  );
}

/** @param round the local that counts the bytes of the round keys */
function encryptHalves(lanes: readonly number[], round: number): Code {
  const rounds = Array.from({ length: ROUNDS_WRITTEN_OUT }, (_, index) => index + 1);
  const key = (lane: number, index: number): Code => roundKey(lane, index, get(round));
  return [
    ...lanes.flatMap((lane) => set(left(lane), xor(get(left(lane)), roundKey(lane, 0)))),
    ...set(round, constant(0)),
    ...repeat(
      [
        ...rounds.flatMap((index) => lanes.flatMap((lane) => oneRound(lane, index, key(lane, index)))),
        ...set(round, add(get(round), constant(ROUNDS_WRITTEN_OUT * 4))),
      ],
      isLess(get(round), constant(ROUNDS * 4)),
    ),
    ...lanes.flatMap((lane) => exchange(lane)),
  ];
}

function oneRound(lane: number, index: number, key: Code): Code {
  const [from, to] = index % 2 === 1 ? [left(lane), right(lane)] : [right(lane), left(lane)];
  return set(to, xor(substitute(lane, get(from)), xor(get(to), key)));
}

/** The last step: what was right becomes left. Both are on the stack before either is set. */
function exchange(lane: number): Code {
  const newLeft = xor(get(right(lane)), roundKey(lane, ROUNDS + 1));
  return set(left(lane), [...newLeft, ...set(right(lane), get(left(lane)))]);
}

/**
 * The function F: a word for each byte of a half. Where a word of 32 bits is taken by `xor` right from memory, V8 reads it twice;
 * one that is wide it reads once.
 */
function substitute(lane: number, half: Code): Code {
  const place = (box: number): [Code, number] => [byteTimes4(half, box), lane * LANE_BYTES + BOXES + box * BOX_BYTES];
  const [first, second, fourth] = [load(...place(0)), load(...place(1)), load(...place(3))];
  return add(narrow(xorWide(widen(add(first, second)), loadWide(...place(2)))), fourth);
}

/** The byte of a word, the highest first, as the distance of an entry in a box. */
function byteTimes4(word: Code, index: number): Code {
  const bits = 22 - 8 * index;
  const shifted = bits > 0 ? shiftRight(word, constant(bits)) : shiftLeft(word, constant(-bits));
  return and(shifted, constant(255 * 4));
}

function roundKey(lane: number, index: number, from = constant(0)): Code {
  return load(from, lane * LANE_BYTES + index * 4);
}

function storeHalves(lane: number, address: Code, offset: number): Code {
  const place = lane * LANE_BYTES + offset;
  return [
    ...store({ address, offset: place, value: get(left(lane)) }),
    ...store({ address, offset: place + 4, value: get(right(lane)) }),
  ];
}

/** The locals of the two halves. */
const left = (lane: number): number => 2 * lane;
const right = (lane: number): number => 2 * lane + 1;

function lanesOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, lane) => lane);
}

/** What is used of it. Node has it, and Node's types do not. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};

interface Exports {
  readonly encrypt: () => void;
  readonly refill: () => void;
  readonly memory: { readonly buffer: ArrayBuffer };
}
