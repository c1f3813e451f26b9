// What Cycles.java does, with npm's get-port: threads, cycles each, seconds at most.
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import getPort from "get-port";

const [threads, cycles, seconds] = process.argv.slice(2).map(Number);
const end = process.hrtime.bigint() + BigInt(seconds) * 1_000_000_000n;

const NO_PORT = 0; // as in Use.java

async function portOrNone() {
  try {
    return await getPort();
  } catch (error) {
    if (error.message === "No available ports found") {
      return NO_PORT;
    }
    throw error;
  }
}

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
    const before = process.hrtime.bigint();
    const port = await portOrNone();
    const from = process.hrtime.bigint();
    if (port === NO_PORT) {
      lines.push(`${port} ${before} ${from} true`);
      continue;
    }
    await setTimeout(1);
    const lost = await listen(port);
    lines.push(`${port} ${from} ${process.hrtime.bigint()} ${lost}`);
  }
  return lines;
}

const results = await Promise.all(Array.from({ length: threads }, run));
console.log(results.flat().join("\n"));
