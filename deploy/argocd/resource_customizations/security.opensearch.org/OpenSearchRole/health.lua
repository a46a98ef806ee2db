-- The conditions are those of kstatus: Ready, and beside it Reconciling or Stalled while it is not True. observedGeneration is
-- -1 until the operator has seen the object, so neither a new object nor a new spec is taken for healthy.
local generation = obj.metadata.generation
local annotations = obj.metadata.annotations or {}
local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end

local function isTrue(condition)
  return condition ~= nil and condition.status == "True"
end

local ready, paused, stalled = conditions["Ready"], conditions["Paused"], conditions["Stalled"]

if obj.metadata.deletionTimestamp ~= nil then
  local isTold = ready ~= nil and ready.observedGeneration == generation
  return { status = "Progressing", message = isTold and ready.message or "being deleted" }
end
-- While an object is paused nothing of its status moves but this condition, so it says itself which generation it has seen.
if isTrue(paused) and paused.observedGeneration == generation then
  if annotations["security.opensearch.org/paused"] == "true" then
    return { status = "Suspended", message = paused.message }
  end
  return { status = "Progressing", message = "not paused any more; the operator has not gone on yet" }
end
if status.observedGeneration ~= generation or ready == nil then
  return { status = "Progressing", message = "the operator has not seen generation " .. tostring(generation) .. " yet" }
end
if isTrue(stalled) then
  return { status = "Degraded", message = stalled.message }
end
if isTrue(conditions["Reconciling"]) or not isTrue(ready) then
  return { status = "Progressing", message = ready.message }
end
return { status = "Healthy", message = ready.message }
