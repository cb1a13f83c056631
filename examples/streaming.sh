#!/bin/sh
# A workflow that streams: read what is there, follow what comes, and check that nothing is missing.
# Needs a live worker: drover worker --app drover:demo &
set -e
steps="${1:-10}"
id="test-stream-$(date +%s)-$$"

drover doctor
drover start streamingWorkflow "$steps" 100 --id "$id" --strict
drover wait "$id" --for stream:progress_stream --timeout 30s

for look in 1 2 3; do
  echo "look $look: $(drover stream "$id" progress_stream | wc -l) values so far"
done

# Every value once and in order, as it comes; it ends when the stream is closed.
drover stream "$id" progress_stream --follow --timeout 60s > "$id.log"
test "$(wc -l < "$id.log")" = "$((2 * steps + 2))"
head -1 "$id.log" | grep -q '"type":"start"'
tail -1 "$id.log" | grep -q '"type":"complete"'
drover stream "$id" progress_stream --last 3
rm "$id.log"

drover wait "$id" --timeout 30s --assert "length(@) == \`$steps\`" > /dev/null
