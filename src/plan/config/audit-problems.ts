import { nearestName } from '../../desired/nearest-name.ts';
import type { JsonValue } from '../../generated/json-value.ts';
import { isObject, pathOf, valueAt, type ConfigTree, type Leaves } from './tree.ts';

type Shape = 'true or false' | 'a list of texts' | 'a list of categories' | 'lists of texts by name';

/**
 * What the audit configuration takes. The server refuses anything else with words that name nothing. Source: the plugin's
 * AuditConfig and ComplianceConfig; the same on 2.19.4 and 3.4.0 (docs/security-api.md).
 */
const SHAPES: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  audit: {
    disabled_rest_categories: 'a list of categories',
    disabled_transport_categories: 'a list of categories',
    enable_rest: 'true or false',
    enable_transport: 'true or false',
    exclude_sensitive_headers: 'true or false',
    ignore_headers: 'a list of texts',
    ignore_requests: 'a list of texts',
    ignore_url_params: 'a list of texts',
    ignore_users: 'a list of texts',
    log_request_body: 'true or false',
    resolve_bulk_requests: 'true or false',
    resolve_indices: 'true or false',
  },
  compliance: {
    enabled: 'true or false',
    external_config: 'true or false',
    internal_config: 'true or false',
    read_ignore_users: 'a list of texts',
    read_metadata_only: 'true or false',
    read_watched_fields: 'lists of texts by name',
    write_ignore_users: 'a list of texts',
    write_log_diffs: 'true or false',
    write_metadata_only: 'true or false',
    write_watched_indices: 'a list of texts',
  },
};

/** In capitals, as the server stores them; it takes small letters and then has something else than was sent. */
const CATEGORIES = [
  'AUTHENTICATED',
  'BAD_HEADERS',
  'COMPLIANCE_DOC_READ',
  'COMPLIANCE_DOC_WRITE',
  'COMPLIANCE_EXTERNAL_CONFIG',
  'COMPLIANCE_INTERNAL_CONFIG_READ',
  'COMPLIANCE_INTERNAL_CONFIG_WRITE',
  'FAILED_LOGIN',
  'GRANTED_PRIVILEGES',
  'INDEX_EVENT',
  'MISSING_PRIVILEGES',
  'OPENDISTRO_SECURITY_INDEX_ATTEMPT',
  'SSL_EXCEPTION',
];

/** Whether the tables above are known to hold for a version: later ones may have more. */
export function isAuditKnown(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major === 2 || (major === 3 && minor <= 4);
}

/** What the server would refuse of a declared audit configuration, by what is known of it and what it shows. Pure. */
export function auditProblems(declared: Leaves, live: ConfigTree): readonly string[] {
  return [...declared].flatMap(([pointer, value]) => {
    const [root, section = '', key = '', ...below] = pathOf(pointer);
    const shapes = root === 'audit' && key !== '' ? SHAPES[section] : undefined;
    if (shapes === undefined) return [];
    const at = `spec.audit.${section}.${key}`;
    const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined;
    if (shape !== undefined) return shapeProblems(at, shape, { value, isBelow: below.length > 0 });
    const shown = valueAt(live, ['audit', section]);
    const names = [...Object.keys(shapes), ...(isObject(shown) ? Object.keys(shown) : [])];
    return names.includes(key) ? [] : [`${at} is unknown to OpenSearch: ${advice(key, [...new Set(names)].sort())}`];
  });
}

function shapeProblems(
  at: string,
  shape: Shape,
  { value, isBelow }: { readonly value: JsonValue; readonly isBelow: boolean },
): readonly string[] {
  if (value === null) return [];
  const isMap = shape === 'lists of texts by name';
  const isRight =
    shape === 'true or false'
      ? typeof value === 'boolean'
      : areTexts(value) || (isMap && !isBelow && isObject(value) && Object.keys(value).length === 0);
  if (!isRight || isBelow !== (isMap && !isObject(value))) return [`${at} is to be ${shape}`];
  if (shape !== 'a list of categories' || !areTexts(value)) return [];
  return value
    .filter((category) => !CATEGORIES.includes(category))
    .map((category) => `${at} has the unknown category "${category}": ${advice(category, CATEGORIES)}`);
}

function areTexts(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function advice(written: string, known: readonly string[]): string {
  const near = nearestName(written, known);
  return near === undefined ? `write one of ${known.join(', ')}` : `did you mean ${near.name}?`;
}
