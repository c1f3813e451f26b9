mkfifo ports
for run in killed running; do
  java -cp "$CLI_JAR" "$TRANSCRIPTS/Suite.java" redis:7.0 >ports 2>/dev/null </dev/null &
  suite=$!
  ids+=("$suite")
  disown "$suite"
  read -r port <ports
  if [ "$run" = killed ]; then kill -9 "$suite"; fi
done
show freeport reap --dry-run
show freeport reap
show freeport ls
# The end of the scenario: nothing of it is left.
kill -9 "$suite"
while kill -0 "$suite" 2>/dev/null; do sleep 0.1; done
freeport reap >/dev/null
