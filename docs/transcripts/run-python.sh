show freeport run --explain --port web=18080 -- timeout 3 python3 -u -m http.server {web}
