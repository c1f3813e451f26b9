background python3 -m http.server 18080
until_listening 18080
show freeport run --port web=18080,18090-18099 -- echo listen on {web}
