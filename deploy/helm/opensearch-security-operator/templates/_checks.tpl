{{- /* Values that the schema cannot refuse, since what is wrong is how they go together. */ -}}
{{- define "operator.checks" -}}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.leaderElect) -}}
{{- fail "replicaCount: more than one replica needs leaderElect=true, or all of them would write" -}}
{{- end -}}
{{- if and (gt (int .Values.shards) 1) (not .Values.leaderElect) -}}
{{- fail "shards: more than one needs leaderElect=true, since each has a Lease" -}}
{{- end -}}
{{- if le (int .Values.leaderElection.leaseDuration) (int .Values.leaderElection.renewDeadline) -}}
{{- fail "leaderElection.leaseDuration must be more than leaderElection.renewDeadline, or two could lead at once" -}}
{{- end -}}
{{- if le (int .Values.leaderElection.renewDeadline) (int .Values.leaderElection.retryPeriod) -}}
{{- fail "leaderElection.renewDeadline must be more than leaderElection.retryPeriod, or one failed try ends the leader" -}}
{{- end -}}
{{- if and .Values.scopedNamespaces (eq .Values.rbac.secrets.scope "cluster") -}}
{{- fail "rbac.secrets.scope: cluster contradicts scopedNamespaces, which gives rights in these namespaces only" -}}
{{- end -}}
{{- if and .Values.scopedNamespaces .Values.rbac.secrets.namespaces -}}
{{- fail "rbac.secrets.namespaces has no meaning with scopedNamespaces, which gives these rights in its own namespaces: leave it out" -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.name: name the account that exists, or set serviceAccount.create=true" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled -}}
{{- fail "podMonitor.enabled and serviceMonitor.enabled would scrape everything twice: choose one" -}}
{{- end -}}
{{- if and .Values.admissionPolicy.enabled (semverCompare "<1.30.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "admissionPolicy.enabled needs Kubernetes 1.30 or later, and this is %s" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end -}}
