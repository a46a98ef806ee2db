/** Names of one document, found by the place where OpenSearch keeps what belongs to them. Each step is O(1). */
export class NamesByPlace {
  readonly #placeOf: (name: string) => string;
  readonly #names = new Map<string, Set<string>>();

  constructor(placeOf: (name: string) => string) {
    this.#placeOf = placeOf;
  }

  put(name: string): void {
    const place = this.#placeOf(name);
    const names = this.#names.get(place) ?? new Set<string>();
    this.#names.set(place, names.add(name));
  }

  delete(name: string): void {
    const place = this.#placeOf(name);
    const names = this.#names.get(place);
    names?.delete(name);
    if (names?.size === 0) this.#names.delete(place);
  }

  /** The others in the place of a name, which need not be there itself. */
  beside(name: string): readonly string[] {
    return [...(this.#names.get(this.#placeOf(name)) ?? [])].filter((other) => other !== name);
  }
}
