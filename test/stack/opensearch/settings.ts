import type { Settings, StackCluster, StackNode } from '../stack-state.ts';

// Distinguished names of the two certificates that the Security plugin treats in a special way.
const nodeDn = 'CN=node,O=test';
const adminDn = 'CN=admin,O=test';

/** What users of roles of these names may not do with the API; nobody has them until a test makes them. */
const DISABLED: Readonly<Record<string, readonly [endpoint: string, methods: readonly string[]]>> = {
  stack_no_role_writes: ['ROLES', ['PUT', 'PATCH', 'DELETE']],
  stack_no_role_reads: ['ROLES', ['GET']],
  stack_no_cache: ['CACHE', ['DELETE']],
};

/** Content of `opensearch.yml` (JSON is YAML too). The cluster's own settings go before those set here. */
export function nodeSettings(cluster: StackCluster, node: StackNode): string {
  return `${JSON.stringify({ ...basics(cluster, node), ...security(), ...cluster.settings }, undefined, 2)}\n`;
}

function basics({ clusterName, nodes }: StackCluster, node: StackNode): Settings {
  return {
    'cluster.name': clusterName,
    'node.name': node.name,
    'path.data': `${node.home}/data`,
    'path.logs': `${node.home}/logs`,
    'network.host': '127.0.0.1',
    'http.port': node.port,
    'transport.port': node.transportPort,
    'discovery.seed_hosts': nodes.map(({ transportPort }) => `127.0.0.1:${transportPort}`),
    // The first node alone founds the cluster and the others join, so that a cluster can grow later.
    'cluster.initial_cluster_manager_nodes': nodes.slice(0, 1).map(({ name }) => name),
    // A developer's disk is often fuller than OpenSearch likes.
    'cluster.routing.allocation.disk.threshold_enabled': false,
  };
}

function security(): Settings {
  const [http, transport] = ['plugins.security.ssl.http', 'plugins.security.ssl.transport'];
  return {
    ...pem(http),
    ...pem(transport),
    [`${http}.enabled`]: true,
    [`${http}.clientauth_mode`]: 'OPTIONAL',
    [`${transport}.enforce_hostname_verification`]: false,
    'plugins.security.ssl_cert_reload_enabled': true,
    'plugins.security.authcz.admin_dn': [adminDn],
    'plugins.security.nodes_dn': [nodeDn],
    'plugins.security.nodes_dn_dynamic_config_enabled': true,
    'plugins.security.allow_default_init_securityindex': true,
    'plugins.security.restapi.roles_enabled': ['all_access', 'security_rest_api_access', ...Object.keys(DISABLED)],
    ...disabledEndpoints(),
    'plugins.security.restapi.admin.enabled': true,
    'plugins.security.unsupported.restapi.allow_securityconfig_modification': true,
    'plugins.security.system_indices.enabled': true,
    // Into the log of the node, once a test turns it on (`enabled`). It looks once, at its start, whether its level is shown.
    'plugins.security.audit.type': 'log4j',
    'plugins.security.audit.config.log4j.logger_name': 'audit',
    'plugins.security.audit.config.log4j.level': 'WARN',
  };
}

function disabledEndpoints(): Settings {
  return Object.fromEntries(
    Object.entries(DISABLED).map(([role, [endpoint, methods]]) => [
      `plugins.security.restapi.endpoints_disabled.${role}.${endpoint}`,
      methods,
    ]),
  );
}

/** Paths are those in the node's config folder. */
function pem(layer: string): Settings {
  return {
    [`${layer}.pemcert_filepath`]: 'node.pem',
    [`${layer}.pemkey_filepath`]: 'node-key.pem',
    [`${layer}.pemtrustedcas_filepath`]: 'ca.pem',
  };
}
