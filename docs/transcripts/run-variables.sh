show freeport run --port web=18080,18081 --port db=15432 -- echo web is {web}, db is {db}
show freeport run --port web=18080 -- printenv WEB_PORT PORT
