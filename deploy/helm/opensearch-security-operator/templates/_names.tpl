{{- /* Names and labels that all objects share. */ -}}

{{- define "operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "operator.fullname" -}}
{{- $name := include "operator.name" . -}}
{{- $joined := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- default $joined .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "operator.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "operator.serviceAccountName" -}}
{{- default (include "operator.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- /* The account as the subject of a binding. */ -}}
{{- define "operator.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "operator.serviceAccountName" . }}
    namespace: {{ include "operator.namespace" . }}
{{- end -}}

{{- define "operator.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with .Values.image.registry }}{{ $repository = printf "%s/%s" . $repository }}{{ end -}}
{{- $image := printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- with .Values.image.digest }}{{ $image = printf "%s@%s" $repository . }}{{ end -}}
{{- $image -}}
{{- end -}}

{{- /* Not empty when the chart has the CRDs. */ -}}
{{- define "operator.hasCrds" -}}
{{- if kindIs "bool" .Values.installCRDs -}}
{{- if .Values.installCRDs }}true{{ end -}}
{{- else if .Values.crds.enabled -}}
true
{{- end -}}
{{- end -}}

{{- /* The Leases, as a list: of the leader, of who waits for a shard, and of as many shards as there can be. While the number is
changed, pods of before may lead more than the new ones. */ -}}
{{- define "operator.leases" -}}
{{- $id := .Values.leaderElection.id -}}
- {{ $id | quote }}
- {{ printf "%s-shard-waiting" $id | quote }}
{{- range $shard := until 32 }}
- {{ printf "%s-shard-%d" $id $shard | quote }}
{{- end }}
{{- end -}}
