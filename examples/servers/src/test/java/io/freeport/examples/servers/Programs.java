package io.freeport.examples.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Servers that are programs of the machine. */
final class Programs {

  private static final String PYTHON_ECHO =
      """
      import socketserver, sys
      %s
      class Echo(socketserver.StreamRequestHandler):
        def handle(self): self.wfile.write(self.rfile.readline())
      socketserver.TCPServer(('127.0.0.1', int(sys.argv[1])), Echo).serve_forever()
      """;

  private static final String NODE_SERVER =
      """
      require('http').createServer((q, s) => s.end('hello')).listen(Number(process.argv[2]), '127.0.0.1');
      """;

  private static final String NODE_CLUSTER =
      """
      const cluster = require('cluster');
      if (cluster.isPrimary) { cluster.fork(); cluster.fork(); } else
      """
          + NODE_SERVER;

  private static final String NGINX =
      """
      daemon off;
      worker_processes 2;
      pid %1$s/nginx.pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        client_body_temp_path %1$s/body;
        proxy_temp_path %1$s/proxy;
        fastcgi_temp_path %1$s/fastcgi;
        uwsgi_temp_path %1$s/uwsgi;
        scgi_temp_path %1$s/scgi;
        server { listen 127.0.0.1:%2$d%3$s; return 200; }
      }
      """;

  private static final String CPP_SERVER =
      """
      #include <cstdlib>
      #include <httplib.h>
      int main(int, char **argv) {
        httplib::Server server;
        return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
      }
      """;

  private Programs() {}

  static List<Server> all() throws IOException {
    return List.of(
        python("Python, `http.server`", Dialog.HTTP, "-m", "http.server", "-b", "127.0.0.1"),
        socketserver("Python, `socketserver`", ""),
        socketserver(
            "Python, `socketserver`, `allow_reuse_address = True`",
            "socketserver.TCPServer.allow_reuse_address = True"),
        socketserver(
            "Python, `socketserver`, `allow_reuse_port = True`",
            "socketserver.TCPServer.allow_reuse_port = True"),
        node("Node", NODE_SERVER),
        node("Node, `cluster`", NODE_CLUSTER),
        nginx("nginx", ""),
        nginx("nginx, `reuseport`", " reuseport"),
        redis(),
        postgresql(),
        cppHttplib());
  }

  private static Server python(String name, Dialog dialog, String... arguments) throws IOException {
    return program(
        name,
        Command.version("Python (\\d+\\.\\d+)", "python3", "--version"),
        dialog,
        (port, folder) -> {
          List<Object> command = new ArrayList<>();
          command.add("python3");
          Collections.addAll(command, (Object[]) arguments);
          command.add(port);
          return Command.start(folder, command.toArray());
        });
  }

  private static Server socketserver(String name, String option) throws IOException {
    return python(name, Dialog.ECHO, "-c", PYTHON_ECHO.formatted(option));
  }

  private static Server node(String name, String script) throws IOException {
    return program(
        name,
        Command.version("v(\\d+)", "node", "--version"),
        Dialog.HTTP,
        (port, folder) -> {
          Path file = Files.writeString(folder.resolve("server.js"), script);
          return Command.start(folder, "node", file, port);
        });
  }

  private static Server nginx(String name, String option) throws IOException {
    return program(
        name,
        Command.version("nginx/(\\d+\\.\\d+)", "nginx", "-v"),
        Dialog.HTTP,
        (port, folder) -> {
          String text = NGINX.formatted(folder, port, option);
          Path file = Files.writeString(folder.resolve("nginx.conf"), text);
          return Command.start(folder, "nginx", "-e", "stderr", "-c", file);
        });
  }

  private static Server redis() throws IOException {
    return program(
        "Redis",
        Command.version("v=(\\d+\\.\\d+)", "redis-server", "--version"),
        Dialog.REDIS,
        (port, folder) ->
            Command.start(
                folder, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""));
  }

  private static Server postgresql() throws IOException {
    return program(
        "PostgreSQL",
        Command.version("PostgreSQL\\) (\\d+)", "postgres", "--version"),
        Dialog.POSTGRESQL,
        (port, folder) -> {
          Path data = folder.resolve("data");
          if (!Files.exists(data)) {
            initialize(folder, data);
          }
          return Command.start(
              folder,
              asUser("postgres", "-D", data, "-p", port, "-h", "127.0.0.1", "-k", folder, "-F"));
        });
  }

  private static void initialize(Path folder, Path data) throws Exception {
    if (isRoot()) {
      Command.run(folder, "chown", "postgres", folder);
    }
    Command.run(folder, asUser("initdb", "-A", "trust", "-N", "-D", data));
  }

  /** PostgreSQL refuses to run as root. */
  private static Object[] asUser(Object... command) {
    if (!isRoot()) {
      return command;
    }
    List<Object> all = new ArrayList<>();
    Collections.addAll(all, "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");
    Collections.addAll(all, command);
    return all.toArray();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static Server cppHttplib() throws IOException {
    Path header = Path.of("/usr/include/httplib.h");
    Optional<String> version =
        Command.isHere("g++") && Files.exists(header)
            ? Optional.of(
                Command.first("CPPHTTPLIB_VERSION \"(\\d+\\.\\d+)", Files.readString(header)))
            : Optional.empty();
    return program(
        "cpp-httplib",
        version,
        Dialog.HTTP,
        (port, folder) -> {
          Path program = folder.resolve("server");
          if (!Files.exists(program)) {
            Path source = Files.writeString(folder.resolve("server.cpp"), CPP_SERVER);
            Command.run(folder, "g++", source, "-o", program, "-lcpp-httplib", "-pthread");
          }
          return Command.start(folder, program, port);
        });
  }

  private static Server program(
      String name, Optional<String> version, Dialog dialog, Server.Start start) {
    return new Server(name, version, true, dialog, start);
  }
}
