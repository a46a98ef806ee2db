/**
 * The few instructions of WebAssembly that are used here, as bytes. All values are whole numbers of 32 bits, unless they are said to be wide.
 * Source: https://webassembly.github.io/spec/core/binary
 */
export type Code = readonly number[];

/** Without parameters and without a result. */
export interface WasmFunction {
  readonly name: string;
  readonly locals: number;
  readonly body: Code;
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** @param value not negative */
export const constant = (value: number): Code => [0x41, ...groupsOf7(value, 1 << 6)];
export const load = (address: Code, offset: number): Code => [...address, 0x28, ALIGNED, ...unsigned(offset)];
export const store = ({ address, offset, value }: { address: Code; offset: number; value: Code }): Code => [
  ...address,
  ...value,
  0x36,
  ALIGNED,
  ...unsigned(offset),
];
/** Wide: 64 bits, of which the upper ones are 0. */
export const loadWide = (address: Code, offset: number): Code => [...address, 0x35, ALIGNED, ...unsigned(offset)];
export const widen = (value: Code): Code => [...value, 0xad];
export const xorWide = (a: Code, b: Code): Code => [...a, ...b, 0x85];
/** The lower half of what is wide. */
export const narrow = (value: Code): Code => [...value, 0xa7];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const and = (a: Code, b: Code): Code => [...a, ...b, 0x71];
export const xor = (a: Code, b: Code): Code => [...a, ...b, 0x73];
export const shiftLeft = (a: Code, bits: Code): Code => [...a, ...bits, 0x74];
export const shiftRight = (a: Code, bits: Code): Code => [...a, ...bits, 0x76];
export const isLess = (a: Code, b: Code): Code => [...a, ...b, 0x49];
/** Once, and again as long as the condition holds after it. */
export const repeat = (body: Code, condition: Code): Code => [0x03, NOTHING, ...body, ...condition, 0x0d, 0, END];

const ALIGNED = 2;
const NOTHING = 0x40;
const END = 0x0b;
const INT32 = 0x7f;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module that exports the functions and a `memory` of 64 KiB. */
export function moduleOf(functions: readonly WasmFunction[]): Uint8Array {
  return Uint8Array.from([
    ...HEADER,
    ...section(1, [[0x60, 0, 0]]),
    ...section(
      3,
      functions.map(() => [0]),
    ),
    ...section(5, [[0, 1]]),
    ...section(7, [...functions.map(({ name }, index) => exported(name, [0, index])), exported('memory', [2, 0])]),
    ...section(10, functions.map(toBody)),
  ]);
}

function section(id: number, items: readonly Code[]): Code {
  return [id, ...sized([...unsigned(items.length), ...items.flat()])];
}

function exported(name: string, what: Code): Code {
  return [...sized([...Buffer.from(name)]), ...what];
}

function toBody({ locals, body }: WasmFunction): Code {
  return sized([1, ...unsigned(locals), INT32, ...body, END]);
}

function sized(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): Code {
  return groupsOf7(value, 1 << 7);
}

/** LEB128: seven bits in a byte, the lowest first. The last byte is below the limit: half of it when its highest bit is a sign. */
function groupsOf7(value: number, limit: number): Code {
  return value < limit ? [value] : [(value & 127) | 128, ...groupsOf7(value >>> 7, limit)];
}
