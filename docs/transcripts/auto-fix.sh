printf 'services:\n  web: {preferred: 18080, autoFallback: false}   # known to the partner\n' >freeport.yaml
background python3 -m http.server 18080
until_listening 18080
show freeport auto-fix
show freeport auto-fix --apply
show cat freeport.yaml
