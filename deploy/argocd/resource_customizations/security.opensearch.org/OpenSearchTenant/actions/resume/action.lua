if obj.metadata.annotations ~= nil then
  obj.metadata.annotations["security.opensearch.org/paused"] = nil
end
return obj
