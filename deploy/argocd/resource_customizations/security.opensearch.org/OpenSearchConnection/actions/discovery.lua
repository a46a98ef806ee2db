local actions = {}
actions["refresh"] = { ["disabled"] = false }
-- A connection cannot be paused: its managementPolicy says whether anything is written.
if obj.kind ~= "OpenSearchConnection" then
  local annotations = obj.metadata.annotations or {}
  local isPaused = annotations["security.opensearch.org/paused"] == "true"
  actions["pause"] = { ["disabled"] = isPaused }
  actions["resume"] = { ["disabled"] = not isPaused }
end
return actions
