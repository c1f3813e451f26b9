port=$(freeport find --count 2 --contiguous | head -n 1)
background python3 -m http.server --bind 127.0.0.1 "$port"
until_listening "$port"
show freeport check "$port-$((port + 1))"
show freeport find --near "$port"
