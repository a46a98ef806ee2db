if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["security.opensearch.org/paused"] = "true"
return obj
