package io.freeport.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.junit5.FreePort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import javax.net.ServerSocketFactory;
import org.apache.hc.core5.http.impl.bootstrap.HttpServer;
import org.apache.hc.core5.io.CloseMode;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

/** Servers that accept a socket that listens already. */
class GivenSocketTest {

  @Test
  void jetty(@FreePort HeldPort port) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.open(port.serverSocketChannel());
    server.addConnector(connector);
    server.start();
    try {
      assertThatItAnswers(port);
    } finally {
      server.stop();
    }
  }

  @Test
  void netty(@FreePort HeldPort port) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ServerBootstrap server = NettyServers.http(group);
    ServerSocketChannel channel = port.serverSocketChannel();
    server.channelFactory(() -> new NioServerSocketChannel(channel));
    server.register().sync(); // instead of bind(port)
    try {
      assertThatItAnswers(port);
    } finally {
      NettyServers.stop(group);
    }
  }

  @Test
  void httpCore(@FreePort HeldPort port) throws Exception {
    HttpServer server =
        org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap.bootstrap()
            .setListenerPort(port.number())
            .setServerSocketFactory(new SocketOf(port))
            .register("*", (request, response, context) -> {})
            .create();
    server.start();
    try {
      assertThatItAnswers(port);
    } finally {
      server.close(CloseMode.IMMEDIATE);
    }
  }

  private static void assertThatItAnswers(HeldPort port) throws IOException {
    assertThat(port.state()).isEqualTo(PortState.TAKEN);
    assertThat(Dialog.HTTP.ask(port.number())).matches(Dialog.HTTP.answer());
  }

  /** Gives a server the socket of a port, whatever it asks for. */
  private static final class SocketOf extends ServerSocketFactory {

    private final HeldPort port;

    SocketOf(HeldPort port) {
      this.port = port;
    }

    @Override
    public ServerSocket createServerSocket(int number) throws IOException {
      return port.serverSocket();
    }

    @Override
    public ServerSocket createServerSocket(int number, int backlog) throws IOException {
      return port.serverSocket();
    }

    @Override
    public ServerSocket createServerSocket(int number, int backlog, InetAddress address)
        throws IOException {
      return port.serverSocket();
    }
  }
}
