// What Cycles.java does, with npm's get-port: threads, cycles each, seconds at most.
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import getPort from "get-port";

const [threads, cycles, seconds] = process.argv.slice(2).map(Number);
const end = process.hrtime.bigint() + BigInt(seconds) * 1_000_000_000n;

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (error.code === "EADDRINUSE" ? resolve(true) : reject(error)));
    server.listen(port, () => server.close(() => resolve(false)));
  });
}

async function run() {
  const lines = [];
  for (let i = 0; i < cycles && process.hrtime.bigint() < end; i++) {
    const port = await getPort();
    const from = process.hrtime.bigint();
    await setTimeout(1);
    const lost = await listen(port);
    lines.push(`${port} ${from} ${process.hrtime.bigint()} ${lost}`);
  }
  return lines;
}

const results = await Promise.all(Array.from({ length: threads }, run));
console.log(results.flat().join("\n"));
