printf 'services:\n  web: {preferred: 8000}   # the front\n' >freeport.yaml
show cat freeport.yaml
show freeport config set services.web.fallback 8001,8002
show cat freeport.yaml
show freeport config set services.web.prefered 8003
show env DB_PORT=5432 freeport config migrate --dry-run DB_PORT
