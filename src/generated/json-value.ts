/* Made from crds/ by `npm run generate`; never edited. */

/** What JSON can say, for the parts of a schema that are open. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** An object of which the schema says nothing. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
