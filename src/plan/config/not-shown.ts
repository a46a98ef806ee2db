import type { Outcome } from '../outcome.ts';
import { CERTIFICATE_ONLY } from './config-obstacles.ts';
import type { ConfigView } from './config-view.ts';
import { MASK } from './defaults.ts';
import { pathOf, valueAt, type ConfigTree, type Leaves, type Pointer } from './tree.ts';

const MAX_NAMED = 10;

/** Pointers into documents that this cluster does not show to us. */
export function unseenOf(live: ConfigTree, pointers: readonly Pointer[]): readonly Pointer[] {
  return pointers.filter((pointer) => valueAt(live, pathOf(pointer).slice(0, 1)) === undefined);
}

export function notShown(pointers: readonly Pointer[]): string {
  return `OpenSearch does not show ${named(pointers)} to the operator`;
}

/** With what cannot be told; `unseen` is what an object no longer declares and that cannot be taken out. */
export function inForce({ live }: ConfigView, leaves: Leaves, unseen: readonly Pointer[]): Outcome {
  const hidden = hiddenIn(live, leaves);
  const message = [
    'the security configuration is in force',
    ...(unseen.length === 0 ? [] : [`what is no longer declared stays, as ${notShown(unseen)}`]),
    ...(hidden.length === 0 ? [] : [`whether ${named(hidden)} is as declared cannot be told: ${CERTIFICATE_ONLY}`]),
  ].join('; ');
  return { type: 'applied', resourceName: 'config', message };
}

/** Declared passwords that cannot be compared with those in force. */
function hiddenIn(live: ConfigTree, leaves: Leaves): readonly Pointer[] {
  return [...leaves].flatMap(([pointer, value]) =>
    value !== MASK && valueAt(live, pathOf(pointer)) === MASK ? [pointer] : [],
  );
}

function named(pointers: readonly Pointer[]): string {
  return pointers.slice(0, MAX_NAMED).join(', ');
}
