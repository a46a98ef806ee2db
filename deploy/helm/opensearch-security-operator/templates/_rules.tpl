{{- /* What the operator may do in Kubernetes, and nothing else. Each set of rules is given where a mode of the chart needs it. */ -}}

{{- define "operator.kinds" -}}
opensearchconnections opensearchactiongroups opensearchtenants opensearchroles opensearchusers opensearchrolemappings opensearchsecurityconfigs
{{- end -}}

{{- /* The objects that it serves. */ -}}
{{- define "operator.rules.objects" -}}
{{- $kinds := splitList " " (include "operator.kinds" .) }}
# Patch is for the finalizer; specs are never written.
- apiGroups: [security.opensearch.org]
  resources:
    {{- range $kinds }}
    - {{ . }}
    {{- end }}
  verbs: [get, list, watch, patch]
- apiGroups: [security.opensearch.org]
  resources:
    {{- range $kinds }}
    - {{ . }}/status
    {{- end }}
  verbs: [patch]
- apiGroups: ['']
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{- /* What it needs in a namespace with connections or users. */ -}}
{{- define "operator.rules.namespace" }}
# Lists and watches ask for metadata; of the data, only what a connection, a user or a configuration names is read.
- apiGroups: ['']
  resources: [secrets]
  verbs: [get, list, watch]
{{- if .Values.rbac.secrets.generate }}
# For generatePassword of users, and nothing else: create makes the Secret with the password; patch takes the user out of
# its owners when the user goes and stays in OpenSearch, so that the Secret stays, too.
- apiGroups: ['']
  resources: [secrets]
  verbs: [create, patch]
{{- end }}
# Certificate authorities are read; the ledger of what the operator owns is written.
- apiGroups: ['']
  resources: [configmaps]
  verbs: [get, list, watch, create, update]
{{- end -}}
