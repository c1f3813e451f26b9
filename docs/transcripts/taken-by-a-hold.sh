mkfifo ports
java -cp "$CLI_JAR" "$TRANSCRIPTS/Suite.java" >ports 2>/dev/null </dev/null &
ids+=("$!")
disown "$!"
read -r port <ports
show freeport who "$port"
show freeport ls
