port=$(freeport find)
background python3 -m http.server --bind 127.0.0.1 "$port"
until_listening "$port"
show freeport who "$port"
answer y freeport kill "$port"
