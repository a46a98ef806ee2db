import type { OwnStack, Stack } from './stack-state.ts';

/** What runs and where, for people. */
export function describeStack(stack: Stack): string {
  return [
    `stack ${stack.name}${stack.origin === 'own' ? ` in ${stack.runDir}` : ''}`,
    `  kubernetes         ${stack.apiServer.url}  ${stack.origin === 'own' ? processOf(stack.apiServer.pid) : ''}`.trimEnd(),
    ...clusterLines(stack),
    ...(stack.origin === 'own' ? [`  variables: eval "$(npm run -s stack -- env --name ${stack.name})"`] : []),
  ].join('\n');
}

/**
 * Shell commands that set the variables by which operator, tests and kubectl find the stack. OPENSEARCH_* is the
 * first cluster; those of the others end in their version, like OPENSEARCH_URL_2_19_4.
 */
export function describeVariables(stack: Stack): string {
  const lines = [exportLine('KUBECONFIG', stack.kubeconfig)];
  for (const [index, cluster] of stack.opensearch.entries()) {
    const suffix = index === 0 ? '' : `_${cluster.version.replaceAll('.', '_')}`;
    lines.push(exportLine(`OPENSEARCH_URL${suffix}`, cluster.nodes[0]?.url ?? ''));
    lines.push(exportLine(`OPENSEARCH_VERSION${suffix}`, cluster.version));
    if (index > 0) continue;
    lines.push(exportLine('OPENSEARCH_USERNAME', cluster.username));
    lines.push(exportLine('OPENSEARCH_PASSWORD', cluster.password));
    if (cluster.caPath !== undefined) lines.push(exportLine('OPENSEARCH_CA', cluster.caPath));
  }
  lines.push('# then: kubectl get namespaces');
  lines.push('# curl --cacert "$OPENSEARCH_CA" -u "$OPENSEARCH_USERNAME:$OPENSEARCH_PASSWORD" "$OPENSEARCH_URL"');
  if (stack.origin === 'own') lines.push(...adminLines(stack));
  return lines.join('\n');
}

function clusterLines(stack: Stack): string[] {
  if (stack.origin === 'external') {
    return stack.opensearch.map(({ version, nodes }) => `  opensearch ${version}  ${nodes[0]?.url ?? ''}`);
  }
  return stack.opensearch.flatMap(({ version, nodes }) =>
    nodes.map(({ name, url, pid }) => `  opensearch ${version.padEnd(7)} ${url}  ${processOf(pid)}  ${name}`),
  );
}

function adminLines({ opensearch }: OwnStack): string[] {
  return opensearch.map(({ version, adminCertPath, adminKeyPath, caPath, nodes }) => {
    const url = `${nodes[0]?.url ?? ''}/_plugins/_security/api/roles`;
    return `# ${version} as admin: curl --cacert ${caPath} --cert ${adminCertPath} --key ${adminKeyPath} ${url}`;
  });
}

function processOf(pid: number): string {
  return pid === 0 ? 'not running' : `process ${pid}`;
}

function exportLine(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}
