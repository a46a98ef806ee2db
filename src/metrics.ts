import { Registry } from '@prometheus-io/client';
import { clientMetrics, type ClientMetrics } from './metrics/client-metrics.ts';
import { controllerMetrics, type ControllerMetrics } from './metrics/controller-metrics.ts';
import { securityMetrics, type SecurityMetrics } from './metrics/security-metrics.ts';

/**
 * All metrics of one process. Labels are bounded: never an object's name, but for connections and nodes, of which there
 * are few. What each one means: docs/metrics.md
 */
export interface Metrics extends ControllerMetrics, ClientMetrics, SecurityMetrics {
  readonly registry: Registry;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return { registry, ...controllerMetrics(registers), ...clientMetrics(registers), ...securityMetrics(registers) };
}
