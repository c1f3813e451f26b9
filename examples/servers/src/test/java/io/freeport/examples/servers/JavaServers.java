package io.freeport.examples.servers;

import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.sun.net.httpserver.HttpServer;
import io.undertow.Undertow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.catalina.startup.Tomcat;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap;
import org.apache.hc.core5.http.nio.support.ImmediateResponseExchangeHandler;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.eclipse.jetty.server.ServerConnector;

/** Servers of this JVM that do without Netty. */
final class JavaServers {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final String LOCALHOST = "127.0.0.1";

  private JavaServers() {}

  static List<Server> all() {
    return List.of(
        jdk(),
        jetty(),
        undertow(),
        tomcat(),
        httpCore(),
        httpCoreAsync("HttpCore 5, `HttpAsyncServer`", IOReactorConfig.DEFAULT),
        httpCoreAsync(
            "HttpCore 5, `HttpAsyncServer`, `setSoReuseAddress(true)`",
            IOReactorConfig.custom().setSoReuseAddress(true).build()),
        mina("MINA", false),
        mina("MINA, `setReuseAddress(true)`", true),
        hazelcast("Hazelcast", network -> {}),
        hazelcast("Hazelcast, `setReuseAddress(false)`", network -> network.setReuseAddress(false)),
        hazelcast(
            "Hazelcast, `setReuseAddress(false)`, `setPortAutoIncrement(false)`",
            network -> network.setReuseAddress(false).setPortAutoIncrement(false)));
  }

  private static Server jdk() {
    return new Server(
        "JDK, `HttpServer`",
        Optional.of(String.valueOf(Runtime.version().feature())),
        true,
        Dialog.HTTP,
        (port, folder) -> {
          HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, port), 0);
          server.start();
          return (AutoCloseable) () -> server.stop(0);
        });
  }

  private static Server jetty() {
    return Server.ofThisJvm(
        "Jetty",
        ServerConnector.class,
        Dialog.HTTP,
        (port, folder) -> {
          org.eclipse.jetty.server.Server server = new org.eclipse.jetty.server.Server();
          ServerConnector connector = new ServerConnector(server);
          connector.setHost(LOCALHOST);
          connector.setPort(port);
          server.addConnector(connector);
          return started(server::start, server::stop);
        });
  }

  private static Server undertow() {
    return Server.ofThisJvm(
        "Undertow",
        Undertow.class,
        Dialog.HTTP,
        (port, folder) -> {
          Undertow server =
              Undertow.builder()
                  .addHttpListener(port, LOCALHOST)
                  .setHandler(exchange -> exchange.getResponseSender().send("hello"))
                  .build();
          return started(server::start, server::stop);
        });
  }

  private static Server tomcat() {
    return Server.ofThisJvm(
        "Tomcat",
        Tomcat.class,
        Dialog.HTTP,
        (port, folder) -> {
          Tomcat server = new Tomcat();
          server.setBaseDir(folder.toString());
          server.setHostname(LOCALHOST);
          server.setPort(port);
          server.getConnector().setProperty("address", LOCALHOST);
          server.addContext("", folder.toString());
          return started(
              server::start,
              () -> {
                server.stop();
                server.destroy();
              });
        });
  }

  private static Server httpCore() {
    return Server.ofThisJvm(
        "HttpCore 5, `HttpServer`",
        ServerBootstrap.class,
        Dialog.HTTP,
        (port, folder) -> {
          var server =
              ServerBootstrap.bootstrap()
                  .setLocalAddress(LOOPBACK)
                  .setListenerPort(port)
                  .register("*", (request, response, context) -> {})
                  .create();
          return started(server::start, () -> server.close(CloseMode.IMMEDIATE));
        });
  }

  private static Server httpCoreAsync(String name, IOReactorConfig config) {
    return Server.ofThisJvm(
        name,
        AsyncServerBootstrap.class,
        Dialog.HTTP,
        (port, folder) -> {
          HttpAsyncServer server =
              AsyncServerBootstrap.bootstrap()
                  .setIOReactorConfig(config)
                  .register("*", () -> new ImmediateResponseExchangeHandler(200, "hello"))
                  .create();
          InetSocketAddress where = new InetSocketAddress(LOOPBACK, port);
          return started(
              () -> {
                server.start();
                server.listen(where, URIScheme.HTTP).get();
              },
              () -> server.close(CloseMode.IMMEDIATE));
        });
  }

  private static Server mina(String name, boolean reuses) {
    return Server.ofThisJvm(
        name,
        NioSocketAcceptor.class,
        Dialog.ECHO,
        (port, folder) -> {
          NioSocketAcceptor server = new NioSocketAcceptor(1);
          server.setHandler(new Echo());
          if (reuses) {
            server.setReuseAddress(true);
          }
          return started(() -> server.bind(new InetSocketAddress(LOOPBACK, port)), server::dispose);
        });
  }

  private static final class Echo extends IoHandlerAdapter {

    @Override
    public void messageReceived(IoSession session, Object message) {
      session.write(message);
    }
  }

  private static Server hazelcast(String name, Consumer<NetworkConfig> options) {
    return Server.ofThisJvm(
        name,
        Hazelcast.class,
        Dialog.HAZELCAST,
        (port, folder) -> hazelcast(port, options).getLifecycleService()::terminate);
  }

  /** Returns a member that looks for no others, and that nobody finds. */
  static HazelcastInstance hazelcast(int port, Consumer<NetworkConfig> options) {
    Config config = new Config();
    config.setProperty("hazelcast.logging.type", "none");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.partition.count", "7");
    config.getMetricsConfig().setEnabled(false);
    NetworkConfig network = config.getNetworkConfig().setPort(port);
    network.getInterfaces().setEnabled(true).addInterface(LOCALHOST);
    network.getJoin().getAutoDetectionConfig().setEnabled(false);
    network.getJoin().getMulticastConfig().setEnabled(false);
    options.accept(network);
    return Hazelcast.newHazelcastInstance(config);
  }

  /** Starts a server, and stops what there is of it if that fails. */
  private static AutoCloseable started(Step start, AutoCloseable stop) throws Exception {
    try {
      start.run();
    } catch (Exception e) {
      stop.close();
      throw e;
    }
    return stop;
  }

  @FunctionalInterface
  private interface Step {

    void run() throws Exception;
  }
}
