-- Any new value makes the operator look at once, and try again what OpenSearch refused.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["security.opensearch.org/reconcile-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
