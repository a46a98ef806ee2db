{{- /* The settings of the program; each is a flag, too. */ -}}
{{- define "operator.env" -}}
- name: LOG_LEVEL
  value: {{ .Values.log.level }}
{{- /* Nothing is rendered that the API server would drop, or each kubectl apply would find a difference. */}}
{{- with .Values.scopedNamespaces }}
- name: NAMESPACES
  value: {{ join "," . | quote }}
{{- end }}
- name: METRICS_PORT
  value: {{ .Values.metrics.port | quote }}
- name: STALL_AFTER
  value: {{ .Values.stallAfter | int64 | quote }}
- name: DELETION_GRACE
  value: {{ .Values.deletionGrace | int64 | quote }}
- name: LEADER_ELECT
  value: {{ .Values.leaderElect | quote }}
{{- if .Values.leaderElect }}
- name: LEADER_ELECTION_ID
  value: {{ .Values.leaderElection.id | quote }}
- name: LEADER_ELECTION_LEASE_DURATION
  value: {{ .Values.leaderElection.leaseDuration | quote }}
- name: LEADER_ELECTION_RENEW_DEADLINE
  value: {{ .Values.leaderElection.renewDeadline | quote }}
- name: LEADER_ELECTION_RETRY_PERIOD
  value: {{ .Values.leaderElection.retryPeriod | quote }}
{{- if gt (int .Values.shards) 1 }}
- name: SHARDS
  value: {{ .Values.shards | quote }}
{{- end }}
{{- end }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "operator.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
{{- with .initialDelaySeconds }}
initialDelaySeconds: {{ . }}
{{- end }}
periodSeconds: {{ .periodSeconds }}
timeoutSeconds: {{ .timeoutSeconds }}
failureThreshold: {{ .failureThreshold }}
{{- end -}}
