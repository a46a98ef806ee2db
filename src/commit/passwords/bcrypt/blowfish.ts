import {
  add,
  and,
  constant,
  get,
  isLess,
  load,
  moduleOf,
  repeat,
  set,
  shiftLeft,
  shiftRight,
  store,
  xor,
  type Code,
} from './web-assembly.ts';

const ROUNDS = 16;
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
  const locals = 2 * laneCount + 1;
  return moduleOf([
    { name: 'encrypt', locals, body: encryptBlocks(lanes) },
    { name: 'refill', locals, body: refillTables(lanes, 2 * laneCount) },
  ]);
}

function encryptBlocks(lanes: readonly number[]): Code {
  const address = constant(0);
  const half = (lane: number, side: number): Code => load(address, lane * LANE_BYTES + BLOCK + side);
  return [
    ...lanes.flatMap((lane) => [...set(left(lane), half(lane, 0)), ...set(right(lane), half(lane, 4))]),
    ...encryptHalves(lanes),
    ...lanes.flatMap((lane) => storeHalves(lane, address, BLOCK)),
  ];
}

/** @param at the local that counts the bytes; like all locals it begins at 0 */
function refillTables(lanes: readonly number[], at: number): Code {
  return repeat(
    [
      ...encryptHalves(lanes),
      ...lanes.flatMap((lane) => storeHalves(lane, get(at), 0)),
      ...set(at, add(get(at), constant(8))),
    ],
    isLess(get(at), constant(TABLE_WORDS * 4)),
  );
}

function encryptHalves(lanes: readonly number[]): Code {
  const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
  return [
    ...lanes.flatMap((lane) => xorInto(left(lane), roundKey(lane, 0))),
    ...rounds.flatMap((round) => lanes.flatMap((lane) => oneRound(lane, round))),
    ...lanes.flatMap((lane) => exchange(lane)),
  ];
}

function oneRound(lane: number, round: number): Code {
  const [from, to] = round % 2 === 1 ? [left(lane), right(lane)] : [right(lane), left(lane)];
  return xorInto(to, xor(roundKey(lane, round), substitute(lane, get(from))));
}

/** The last step: what was right becomes left. Both are on the stack before either is set. */
function exchange(lane: number): Code {
  const newLeft = xor(get(right(lane)), roundKey(lane, ROUNDS + 1));
  return set(left(lane), [...newLeft, ...set(right(lane), get(left(lane)))]);
}

/** The function F: a word for each byte of a half. */
function substitute(lane: number, half: Code): Code {
  const word = (box: number): Code => load(byteTimes4(half, box), lane * LANE_BYTES + BOXES + box * BOX_BYTES);
  return add(xor(add(word(0), word(1)), word(2)), word(3));
}

/** The byte of a word, the highest first, as the distance of an entry in a box. */
function byteTimes4(word: Code, index: number): Code {
  const bits = 22 - 8 * index;
  const shifted = bits > 0 ? shiftRight(word, constant(bits)) : shiftLeft(word, constant(-bits));
  return and(shifted, constant(255 * 4));
}

function roundKey(lane: number, index: number): Code {
  return load(constant(0), lane * LANE_BYTES + index * 4);
}

function storeHalves(lane: number, address: Code, offset: number): Code {
  const place = lane * LANE_BYTES + offset;
  return [
    ...store({ address, offset: place, value: get(left(lane)) }),
    ...store({ address, offset: place + 4, value: get(right(lane)) }),
  ];
}

function xorInto(local: number, value: Code): Code {
  return set(local, xor(get(local), value));
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
