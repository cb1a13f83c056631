#!/bin/sh
# A workflow that publishes how far it is: look at its events while it runs, wait for them, and check the end.
# Needs a live worker: drover worker --app drover:demo &
set -e
steps="${1:-10}"
id="test-events-$(date +%s)-$$"

drover doctor
drover start eventsWorkflow "$steps" 100 --id "$id" --strict

echo "progress: $(drover events "$id" progress --wait --timeout 10s)"
drover events "$id"
echo "status: $(drover events "$id" status -r --wait --timeout 10s)"
drover events "$id"

# What never comes does not hang: it is 9 as soon as the workflow has ended.
drover wait "$id" --for 'event:progress>=50' --timeout 60s
drover wait "$id" --for event:result --timeout 60s --assert "total_steps == \`$steps\`"
drover wait "$id" --timeout 60s --assert "length(@) == \`$steps\`" > /dev/null

test "$(drover events "$id" progress)" = 100
test "$(drover events "$id" status -r)" = completed
drover events "$id"
