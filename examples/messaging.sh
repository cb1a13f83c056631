#!/bin/sh
# A workflow that waits for a message: approved, rejected, and nobody answers. Three results that are told apart.
# Needs a live worker: drover worker --app drover:demo &
set -e
patience="${1:-60}" # seconds until it gives up
stamp="$(date +%s)-$$"

drover doctor
drover start approvalWorkflow 10 60 --id "test-msg-$stamp" --strict
drover wait "test-msg-$stamp" --for message --timeout 30s
drover send "test-msg-$stamp" '{"approved": true, "message": "Approved by test script"}' --topic notification
drover wait "test-msg-$stamp" --timeout 30s --assert "decision == 'approved' && length(results) == \`10\`"

# The message may be there before the workflow starts.
drover start approvalWorkflow 3 60 --id "test-msg-reject-$stamp" --strict --wait --timeout 30s \
  --send notification='{"approved": false, "message": "Rejected by test"}' \
  --assert "decision == 'rejected' && reason == 'Rejected by test' && length(results) == \`0\`"

drover start approvalWorkflow 3 "$patience" --id "test-msg-timeout-$stamp" --strict
drover wait "test-msg-timeout-$stamp" --timeout "$((patience + 30))s" --assert "decision == 'timed-out'"

# In CI nothing waits for a person by accident: this is 10 as soon as the workflow asks.
drover start approvalWorkflow 1 60 --id "test-msg-input-$stamp" --strict
drover wait "test-msg-input-$stamp" --fail-on-input && exit 1 || test $? = 10
drover cancel "test-msg-input-$stamp"
