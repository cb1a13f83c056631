#!/bin/sh
# A smoke test: starts a workflow, waits until it asks, approves, and asserts the result. Needs a live worker:
#   drover worker --app drover:demo &
# Every line ends by itself, with a code that says what went wrong: drover help exit-codes
set -e
id="smoke-$(date +%s)-$$"

drover start approvalWorkflow 3 60 --id "$id" --strict
drover wait "$id" --for event:awaiting:notification --timeout 30s
drover approve "$id" --comment "smoke test" --as "${DROVER_ACTOR:-ci}"
drover wait "$id" --timeout 30s --junit "${1:-smoke.xml}" \
  --assert "status == 'completed'" \
  --assert "decision == 'approved'" \
  --assert 'length(results) == `3`'
